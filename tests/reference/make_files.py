"""Small files written by NumPy and scikit-learn for tests/data: run with Debian's python3-sklearn.

The value of row i and column j is 10 i + j, but NaN in row 1, column 2 of the floats.
"""

import pathlib

import numpy as np
from sklearn.datasets import dump_svmlight_file

OUT = pathlib.Path(__file__).with_name("files")


def main():
    values = 10.0 * np.arange(4)[:, None] + np.arange(3)
    gap = values.copy()
    gap[1, 2] = np.nan
    np.save(OUT / "float64.npy", gap)
    np.save(OUT / "float32_fortran.npy", np.asfortranarray(gap.astype("<f4")))
    for name in ["<i8", "<i4", "<i2", "|i1", "<u8", "<u4", "<u2", "|u1"]:
        np.save(OUT / f"{np.dtype(name).name}.npy", values.astype(name))
    np.save(OUT / "bool.npy", values > 5)
    np.lib.format.write_array(open(OUT / "version2.npy", "wb"), gap, version=(2, 0))
    np.save(OUT / "big_endian.npy", values.astype(">f8"))
    np.save(OUT / "complex.npy", values.astype(complex))
    np.save(OUT / "one_dimension.npy", values[0])
    np.save(OUT / "no_rows.npy", values[:0])
    np.save(OUT / "structured.npy", np.zeros(2, dtype=[("a", "<f8"), ("b", "<i4")]))
    dump_svmlight_file(values, np.array([1, 0, 1, 2]), str(OUT / "from_zero.libsvm"), zero_based=True)
    dump_svmlight_file(values, np.array([0.5, 1.25, -2, 3]), str(OUT / "ranking.libsvm"), zero_based=False,
                       query_id=np.array([7, 7, 3, 3]), comment="made by scikit-learn")


main()

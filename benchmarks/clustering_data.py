"""The data of clustering_peers.py, made by seed or read from Debian packages."""
import numpy as np


def blobs(n, d, n_blobs, seed=20261127):
    """Normal clouds of standard deviation 1 about centres drawn evenly from [0, 10]^d."""
    rng = np.random.default_rng(seed)
    centers = rng.uniform(0, 10, size=(n_blobs, d))
    return centers[rng.integers(n_blobs, size=n)] + rng.normal(size=(n, d))


def images(n=60_000, n_classes=10, side=28, seed=7):
    """Stands in for Fashion-MNIST, which Debian does not have: bytes of 28 x 28 images of 10 classes, smooth, with a spectrum that
    falls as that of clothing does (half of the variance in 5 components, 90 % in about 80), dark outside a middle."""
    rng = np.random.default_rng(seed)
    wave = np.cos(np.pi * (np.arange(side)[:, None] + 0.5) * np.arange(side)[None, :] / side)
    u, v = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    power = (1 + u ** 2 + v ** 2) ** -1.15
    def smooth(count, scale):
        spectrum = rng.normal(size=(count, side, side)) * np.sqrt(power) * scale
        return np.einsum("au,nuv,bv->nab", wave, spectrum, wave, optimize=True)
    means = smooth(n_classes, 45)
    window = np.exp(-(np.abs(np.linspace(-1, 1, side)) ** 4))
    y = rng.integers(n_classes, size=n)
    out = np.empty((n, side * side))
    for first in range(0, n, 5000):
        rows = slice(first, min(first + 5000, n))
        image = (70 + means[y[rows]] + smooth(rows.stop - first, 35)) * window[:, None] * window[None, :]
        out[rows] = np.clip(np.round(image), 0, 255).reshape(-1, side * side)
    return out


def noisy_blobs(n, d, n_blobs, n_noise, sd, seed=20261127):
    """Normal clouds about centres drawn evenly from [0, 1000]^d, and even noise there."""
    rng = np.random.default_rng(seed)
    centers = rng.uniform(0, 1000, size=(n_blobs, d))
    points = centers[rng.integers(n_blobs, size=n - n_noise)] + rng.normal(scale=sd, size=(n - n_noise, d))
    return rng.permutation(np.vstack([points, rng.uniform(0, 1000, size=(n_noise, d))]))


def clouds_in_noise(n, d=3, n_clouds=60, seed=20261127):
    """Half of the points in normal clouds of standard deviation 8, half spread evenly over [0, 1000]^d."""
    rng = np.random.default_rng(seed)
    centers = rng.uniform(0, 1000, size=(n_clouds, d))
    clouds = centers[rng.integers(n_clouds, size=n // 2)] + 8 * rng.normal(size=(n // 2, d))
    return rng.permutation(np.vstack([clouds, rng.uniform(0, 1000, size=(n - n // 2, d))]))


def spirals(n, seed=20261127):
    """Two arms in the plane, turned against each other by half a turn."""
    rng = np.random.default_rng(seed)
    t, arm = 1 + 2 * np.pi * np.sqrt(rng.uniform(size=n)), rng.integers(2, size=n)
    return t[:, None] * np.stack([np.cos(t + np.pi * arm), np.sin(t + np.pi * arm)], axis=1) + 0.3 * rng.normal(size=(n, 2))


def coastlines(file="/usr/share/gmt-gshhg/binned_GSHHS_f.nc"):
    """Longitude and latitude in degrees of the points of the world's coasts (Debian's gmt-gshhg-full, python3-netcdf4)."""
    import netCDF4
    read = netCDF4.Dataset(file).variables
    side = read["Bin_size_in_minutes"][0] / 60
    per_row = int(read["N_bins_in_360_longitude_range"][0])
    bin_of_segment = np.repeat(np.arange(len(read["N_segments_in_a_bin"])), read["N_segments_in_a_bin"][:])
    first = read["Id_of_first_point_in_a_segment"][:]
    n_points = len(read["Relative_longitude_from_SW_corner_of_bin"])
    bins = np.repeat(bin_of_segment, np.diff(np.append(first, n_points)))
    def degrees(name):
        return read[name][:].astype(np.uint16) / 65536 * side
    return np.column_stack([bins % per_row * side + degrees("Relative_longitude_from_SW_corner_of_bin"),
                            90 - (bins // per_row + 1) * side + degrees("Relative_latitude_from_SW_corner_of_bin")])


def rows_of(name, k, seed=3):
    """Starting centres: rows of a set, drawn at random."""
    def make():
        x = DATA[name]()
        return x[np.sort(np.random.default_rng(seed).choice(len(x), k, replace=False))]
    return make


DATA = {
    "blobs_1m_16": lambda: blobs(1_000_000, 16, 256),
    "images_60k_784": lambda: images(),
    "start_blobs_256": rows_of("blobs_1m_16", 256),
    "start_images_100": rows_of("images_60k_784", 100),
    "coastlines": coastlines,
    "blobs_10k_8": lambda: blobs(10_000, 8, 64),
    "normal_10k_16": lambda: blobs(10_000, 16, 1),
    "blobs_50k_4": lambda: blobs(50_000, 4, 64),
    "blobs_2k_2": lambda: 3 * blobs(2000, 2, 8),
    "noisy_1m_2": lambda: noisy_blobs(1_000_000, 2, 2000, 200_000, 1),
    "noisy_200k_3": lambda: noisy_blobs(200_000, 3, 500, 100_000, 3),
    "noisy_100k_4": lambda: noisy_blobs(100_000, 4, 250, 50_000, 6),
    "noisy_100k_8": lambda: noisy_blobs(100_000, 8, 250, 50_000, 10),
    "dense_180k_2": lambda: noisy_blobs(180_000, 2, 6, 0, 0.5),
    "noise_200k_3": lambda: clouds_in_noise(200_000),
    "noise_2m_3": lambda: clouds_in_noise(2_000_000),
    "noise_10k_3": lambda: clouds_in_noise(10_000),
    "noise_5k_3": lambda: clouds_in_noise(5_000),
    "blobs_200k_16": lambda: blobs(200_000, 16, 10),
    "blobs_4k_8": lambda: blobs(4_000, 8, 12),
    "spirals_20k": lambda: spirals(20_000),
}


def prepare(folder, name):
    """The file of a set, made where it is missing."""
    path = folder / f"{name}.npy"
    if not path.exists():
        np.save(path, np.ascontiguousarray(DATA[name](), dtype=np.float64))
    return str(path)

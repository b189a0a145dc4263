// Three million flights of 2001 as NumPy files, for boosting_peers.py. The table is in the npm package vega-datasets:
//   npm install --prefix FOLDER vega-datasets hyparquet hyparquet-compressors
//   node flights_3m.mjs FOLDER        writes flights_train.npy (2.4M rows) and flights_test.npy (every fifth row)
// Columns, float32: minute of the day, day of the week, day of the year, distance, origin, destination (codes in
// alphabetical order); last the target: 1 if the flight was more than 15 minutes late.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = path.resolve(process.argv[2]);
const load = (name) => import(pathToFileURL(path.join(folder, 'node_modules', name)));
const { asyncBufferFromFile, parquetReadObjects } = await load('hyparquet/src/node.js');
const { compressors } = await load('hyparquet-compressors/src/index.js');
const file = await asyncBufferFromFile(path.join(folder, 'node_modules/vega-datasets/data/flights-3m.parquet'));

function writeNpy(name, values, columns) {
  const shape = `(${values.length / columns}, ${columns})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  const padded = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + '\n';
  const head = Buffer.from('\x93NUMPY\x01\x00\x00\x00' + padded, 'latin1');
  head.writeUInt16LE(padded.length, 8);
  writeFileSync(path.join(folder, name), Buffer.concat([head, Buffer.from(values.buffer)]));
}

const day = 86_400_000;
const rows = [];
const airports = new Set();
const step = 250_000;
for (let start = 0; ; start += step) {
  const part = await parquetReadObjects({ file, compressors, rowStart: start, rowEnd: start + step });
  if (part.length === 0) break;
  for (const { date, delay, distance, origin, destination } of part) {
    const time = date.getTime();
    airports.add(origin).add(destination);
    rows.push([(time % day) / 60_000, date.getUTCDay(), Math.floor((time - Date.UTC(date.getUTCFullYear(), 0)) / day),
      Number(distance), origin, destination, Number(delay) > 15 ? 1 : 0]);
  }
}
const code = new Map([...airports].sort().map((name, i) => [name, i]));
for (const [name, wanted] of [['flights_train.npy', false], ['flights_test.npy', true]]) {
  const chosen = rows.filter((_, i) => (i % 5 === 0) === wanted);
  const values = new Float32Array(chosen.length * 7);
  chosen.forEach((row, i) => values.set(row.map((v) => code.get(v) ?? v), i * 7));
  writeNpy(name, values, 7);
}
console.log(`${rows.length} flights, ${code.size} airports`);

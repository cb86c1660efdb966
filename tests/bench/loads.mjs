// How long files take to be read, beside what reads them elsewhere where that is installed (PYTHON, or python3, with laspy,
// lazrs, trimesh, nibabel): node tests/bench/loads.mjs TARGET
//
// All readers may use all processors. A ratio is this program's time over the other's.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

const [target = 'target'] = process.argv.slice(2);
const LAZ_BAR = 1.5e6;
const OBJECTS = /^\{.*\}$/gm;

/** The JSON objects that a program prints. @param {string} program @param {string[]} args @returns {any[]} */
function objects(program, args) {
  const text = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return (text.match(OBJECTS) ?? []).map((line) => JSON.parse(line));
}

/** @param {string[]} files */
function elsewhere(files) {
  try {
    return objects(process.env['PYTHON'] ?? 'python3', ['tests/bench/peers.py', ...files]);
  } catch {
    return [];
  }
}

const folder = mkdtempSync(join(tmpdir(), 'heliograph-loads-'));
try {
  execFileSync(`${target}/release/examples/load_files`, [folder], { stdio: 'inherit' });
  const files = ['tiles.laz', 'ball.ply', 'ball.stl', 'ball.obj'].map((name) => join(folder, name)).concat('app/samples/brain.nii.gz');
  const own = objects(`${target}/release/examples/load_bench`, files);
  const others = elsewhere(files);
  for (const [index, figure] of own.entries()) {
    console.log(JSON.stringify(figure));
    if (index === 0) {
      const value = (figure.elements / figure.value) * 1000 / cpus().length;
      console.log(JSON.stringify({ name: `${figure.name}, each processor`, value, unit: 'points/s', bar: LAZ_BAR, better: 'higher' }));
    }
    for (const { by, ms } of others.filter(({ file }) => file === files[index])) {
      // What is not made into a mesh is no bar.
      const bar = by.includes('parsing') ? undefined : 1;
      console.log(JSON.stringify({ name: `${figure.name} beside ${by}`, value: figure.value / ms, unit: '× its time', bar, other_ms: ms }));
    }
  }
  if (others.length === 0) console.log('No other reader is installed: nothing to compare with.');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

// Figures as a table: what, bar, measured, verdict.

/**
 * @typedef {object} Figure
 * @property {string} name
 * @property {number} value
 * @property {string} [unit]
 * @property {number} [bar]
 * @property {'lower' | 'higher'} [better] Which side of the bar is good; `lower` when it is missing.
 */

/** Whether a figure keeps its bar, and by how much it does not. @param {Figure} figure */
export function verdict({ value, bar, better = 'lower' }) {
  if (bar === undefined || bar === null) return '';
  // Written so that a figure that is no number misses.
  if (better === 'higher' ? value >= bar : value <= bar) return 'met';
  if (!Number.isFinite(value) || bar === 0) return 'MISSED';
  return `MISSED by ${Math.round((100 * Math.abs(value - bar)) / Math.abs(bar))} %`;
}

/** Three figures, and never an exponent. @param {number} value */
function short(value) {
  if (!Number.isFinite(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return String(Number(value.toFixed(Math.min(digits, 6))));
}

/** @param {Figure[]} figures @returns {string} */
export function table(figures) {
  const rows = figures.map((figure) => {
    const { name, value, unit = '', bar, better = 'lower' } = figure;
    const sign = better === 'higher' ? '≥' : '≤';
    return [name, bar === undefined || bar === null ? '' : `${sign} ${short(bar)} ${unit}`.trim(), `${short(value)} ${unit}`.trim(), verdict(figure)];
  });
  const all = [['what', 'bar', 'measured', 'verdict'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => [...row[column]].length)));
  const line = (row) => row.map((cell, column) => cell + ' '.repeat(widths[column] - [...cell].length)).join('  ').trimEnd();
  return [line(all[0]), widths.map((width) => '-'.repeat(width)).join('  '), ...all.slice(1).map(line)].join('\n');
}

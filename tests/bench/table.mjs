// Figures as a table: what, bar, measured, verdict.

/**
 * @typedef {object} Figure
 * @property {string} name
 * @property {number} value
 * @property {string} [unit]
 * @property {number} [bar]
 * @property {'lower' | 'higher'} [better] Which side of the bar is good; `lower` when it is missing.
 * @property {string} [libwebrtc] What libwebrtc itself reached there; the column is left out where no figure has it.
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

/** What never happened has no figure. @param {number} value @param {string} unit */
const reading = (value, unit) => (Number.isNaN(value) ? 'never' : `${short(value)} ${unit}`.trim());

/** @param {Figure[]} figures @returns {string} */
export function table(figures) {
  const rows = figures.map((figure) => {
    const { name, value, unit = '', bar, better = 'lower', libwebrtc = '' } = figure;
    const sign = better === 'higher' ? '≥' : '≤';
    return [name, bar === undefined || bar === null ? '' : `${sign} ${short(bar)} ${unit}`.trim(), reading(value, unit), verdict(figure), libwebrtc];
  });
  const headings = ['what', 'bar', 'measured', 'verdict', 'libwebrtc'].slice(0, rows.some(([, , , , other]) => other) ? 5 : 4);
  const all = [headings, ...rows.map((row) => row.slice(0, headings.length))];
  const widths = headings.map((_, column) => column).map((column) => Math.max(...all.map((row) => [...row[column]].length)));
  const line = (row) => row.map((cell, column) => cell + ' '.repeat(widths[column] - [...cell].length)).join('  ').trimEnd();
  return [line(all[0]), widths.map((width) => '-'.repeat(width)).join('  '), ...all.slice(1).map(line)].join('\n');
}

// All scenarios, in the order in which they run.
//
// `test`: `cargo test` plays it, on a debug build, and only what it claims counts. `make bench-network` plays all of them on a
// release build, and their figures count. Each has its lab to itself.
import * as input from './input.mjs';
import * as ladder from './ladder.mjs';
import * as lines from './lines.mjs';
import * as still from './still.mjs';
import * as trouble from './trouble.mjs';

/**
 * @typedef {object} Scenario
 * @property {string} name Letters and digits.
 * @property {string} about One line.
 * @property {boolean} [test]
 * @property {(trial: import('../trial.mjs').Trial) => Promise<void>} play
 */

/** @type {Scenario[]} */
export const SCENARIOS = [ladder, lines, trouble, input, still].flatMap(({ scenarios }) => scenarios);

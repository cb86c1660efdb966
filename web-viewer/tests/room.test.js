import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Company, shortName } from '../core/room.js';

/** @typedef {import('../core/wire.gen.js').Guest} Guest */
/** @typedef {import('../core/wire.gen.js').Room} Room */
const ME = 7;
const ADA = 8;

/** @param {number} viewer @param {Partial<Guest>} given @returns {Guest} */
const guest = (viewer, given = {}) => ({
  viewer, name: viewer === ME ? 'Grace' : 'Ada', color: [1, 2, 3], role: 'control', muted: false, asks: false, ...given,
});

/** @param {Room['mode']} mode @param {number | null} steers @param {Partial<Guest>} mine @param {Partial<Guest>} hers @returns {Room} */
const room = (mode, steers = null, mine = {}, hers = {}) => ({ mode, steers, guests: [guest(ME, mine), guest(ADA, hers)] });

/** This page's company after these rooms. @param {...Room} rooms */
function company(...rooms) {
  const known = new Company();
  known.welcome({ viewer: ME, role: 'control' });
  for (const each of rooms) known.told(each);
  return known;
}

test('in every room it is told rightly who may steer, in the bar, to who tries in vain, and what one may ask for', () => {
  /** @type {[Room, boolean, string, string, string | undefined][]} */
  const cases = [
    [room('everyone'), true, 'controlling', '', undefined],
    [room('everyone', null, { role: 'view' }), false, 'view only', 'You can look; ask the host for a control link.', undefined],
    [room('everyone', null, { muted: true }), false, 'muted', 'The host has muted your input.', undefined],
    [room('host_only'), false, 'the host steers', 'The host steers alone.', undefined],
    [room('host_only', null, { role: 'view' }), false, 'view only', 'The host steers alone.', undefined],
    [room('one_at_a_time'), true, 'nobody steers', '', 'Ask to steer'],
    [room('one_at_a_time', ME), true, 'you steer', '', 'Release'],
    [room('one_at_a_time', ADA), false, 'Ada steers', 'Ada steers now.', 'Ask to steer'],
    [room('one_at_a_time', ADA, { asks: true }), false, 'Ada steers', 'You asked to steer. Ada steers now.', 'Withdraw'],
    [room('one_at_a_time', ADA, { muted: true }), false, 'muted', 'The host has muted your input.', undefined],
    [room('one_at_a_time', ADA, { role: 'view' }), false, 'view only', 'You can look; ask the host for a control link.', undefined],
  ];
  for (const [told, maySteer, bar, refusal, turn] of cases) {
    const known = company(told);
    const words = JSON.stringify(told);
    assert.equal(known.maySteer, maySteer, words);
    assert.equal(known.standingInWords, bar, words);
    if (!maySteer) assert.equal(known.whyNot.text, refusal, words);
    assert.equal(known.turn?.label, turn, words);
    assert.match(known.rule, /[.]$/, words);
  }
});

test('before the first room, and while the host does not count this page yet, its link decides', () => {
  const known = new Company();
  assert.equal(known.maySteer, false);
  known.welcome({ viewer: ME, role: 'control' });
  assert.equal(known.maySteer, true);
  known.told({ mode: 'one_at_a_time', steers: ADA, guests: [guest(ADA)] });
  assert.deepEqual([known.standing, known.turn?.ask], ['other', { type: 'control' }]);
  known.welcome({ viewer: 9, role: 'view' });
  assert.deepEqual([known.room, known.maySteer, known.guest], [null, false, null]);
});

test('whom someone else keeps from steering is offered to ask, and the offer ends with its reason', () => {
  const known = company(room('one_at_a_time', ADA));
  const { offer } = known.whyNot;
  assert.deepEqual(offer, { label: 'Ask to steer', ask: { type: 'control' } });
  assert.ok(offer && known.isCurrent(offer));
  known.told(room('one_at_a_time', ADA, { asks: true }));
  assert.ok(offer && !known.isCurrent(offer));
});

test('everyone’s part is told in words', () => {
  /** @param {Room} told */
  const parts = (told) => told.guests.map((each) => company(told).doingOf(each));
  assert.deepEqual(parts(room('everyone', null, {}, { role: 'view' })), ['may steer', 'looks']);
  assert.deepEqual(parts(room('one_at_a_time', ADA, { asks: true })), ['asks to steer', 'steers now']);
  assert.deepEqual(parts(room('one_at_a_time', null, { muted: true, asks: true })), ['muted', 'may steer']);
  assert.deepEqual(parts(room('host_only', null, {}, { muted: true })), ['looks', 'muted']);
});

test('only who steers may hand over, and only to who may take it', () => {
  /** @param {Room} told */
  const offers = (told) => told.guests.map((each) => company(told).handOver(each)?.ask ?? null);
  assert.deepEqual(offers(room('one_at_a_time', ME)), [null, { type: 'hand_over', to: ADA }]);
  for (const told of [room('everyone'), room('one_at_a_time', ADA), room('one_at_a_time'), room('host_only')]) assert.deepEqual(offers(told), [null, null]);
  for (const hers of [{ role: /** @type {const} */ ('view') }, { muted: true }]) {
    assert.deepEqual(offers(room('one_at_a_time', ME, {}, hers)), [null, null]);
  }
});

test('what this page asks for is what the host knows', () => {
  const golden = JSON.parse(readFileSync(new URL('../../core/wire/golden.json', import.meta.url), 'utf8')).from_viewer;
  const known = /** @type {any[]} */ (golden).filter(({ type }) => type === 'ask').map(({ ask }) => Object.keys(ask).sort().join() + ask.type);
  const mine = company(room('one_at_a_time', ME));
  const asks = [company(room('one_at_a_time')).turn?.ask, mine.turn?.ask, mine.handOver(guest(ADA))?.ask, { type: 'rename', name: 'Ada' }];
  assert.deepEqual(asks.map((ask) => ask && Object.keys(ask).sort().join() + ask.type), known);
});

test('what changes for this page is said once', () => {
  /** @param {...Room} rooms */
  const news = (...rooms) => {
    const known = company();
    return rooms.map((each) => known.told(each)).at(-1)?.map(({ text, offer }) => [text, offer?.label ?? null]);
  };
  const mine = room('one_at_a_time', ME);
  const asked = room('one_at_a_time', ME, {}, { asks: true });
  assert.deepEqual(news(asked), []);
  assert.deepEqual(news(mine, asked), [['Ada asks to steer.', 'Hand over']]);
  assert.deepEqual(news(mine, asked, asked), []);
  assert.deepEqual(news(room('one_at_a_time', ADA), mine), [['You steer now.', null]]);
  assert.deepEqual(news(mine, room('one_at_a_time', ADA)), [['Ada steers now.', 'Ask to steer']]);
  assert.deepEqual(news(room('one_at_a_time', null), room('one_at_a_time', ADA)), []);
  assert.deepEqual(news(room('everyone'), room('everyone', null, { muted: true })), [['The host has muted your input.', null]]);
  assert.deepEqual(news(room('everyone', null, { muted: true }), room('everyone')), [['The host hears your input again.', null]]);
  assert.deepEqual(news(room('everyone', null, { role: 'view' }), room('everyone')), [['The host lets you steer.', null]]);
});

test('a name in a sentence is short, never empty, and does not turn the words around it', () => {
  assert.equal(shortName('Ada'), 'Ada');
  assert.equal(shortName('  '), 'A guest');
  assert.equal([...shortName('👩'.repeat(40))].length, 24);
  assert.equal(shortName('عبد'), '\u2068عبد\u2069');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browserOf, guestHeader, NAME_CHARS_MAX, passKey, roundTripOf, tidyName } from '../core/guest.js';

const CHROME = 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Mobile Safari/537.36';

test('the header is plain ASCII and says who comes, whatever the name', () => {
  for (const name of ['Ada', '张伟 👩‍🔬', '"\\\r\nX-Evil: 1', 'half \ud83d a pair', '']) {
    const header = guestHeader({ name, browser: 'Chrome on Android', roundTripMs: 12, pass: null });
    assert.match(header, /^[\w.!~*'()%-]+$/);
    const told = JSON.parse(decodeURIComponent(header));
    assert.deepEqual(told, { name: tidyName(name), browser: 'Chrome on Android', round_trip_ms: 12, pass: null });
  }
});

test('a name is tidied as the host does it, and not cut through a character', () => {
  assert.equal(tidyName('  Ada \n Lovelace\t'), 'Ada Lovelace');
  assert.equal(tidyName('\u0000 \u001b'), '');
  assert.equal([...tidyName('👩'.repeat(99))].length, NAME_CHARS_MAX);
  assert.equal(tidyName(`${'a'.repeat(39)} b`), 'a'.repeat(39));
});

test('the place of a pass tells links apart and does not tell the token', () => {
  const [one, other] = [passKey('a-long-and-secret-token'), passKey('a-long-and-secret-tokem')];
  assert.notEqual(one, other);
  assert.equal(one, passKey('a-long-and-secret-token'));
  assert.match(one, /^heliograph-pass-[\da-f]{8}$/);
  assert.equal(passKey(''), 'heliograph-pass-811c9dc5'); // As FNV-1a says it.
  assert.equal(passKey('a'), 'heliograph-pass-e40c292c');
});

test('a browser is named in a few words, by its hints first', () => {
  const hints = { brands: [{ brand: 'Not)A;Brand' }, { brand: 'Chromium' }, { brand: 'Microsoft Edge' }], platform: 'Windows' };
  assert.equal(browserOf({ userAgent: CHROME, userAgentData: hints }), 'Edge on Windows');
  const named = {
    [CHROME]: 'Chrome on Android',
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0': 'Firefox on Linux',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1': 'Safari on iPhone',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0': 'Edge on Windows',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15': 'Safari on macOS',
    'curl/8.0': 'A browser',
  };
  for (const [userAgent, words] of Object.entries(named)) assert.equal(browserOf({ userAgent }), words);
  const [, , , , mac = ''] = Object.keys(named);
  assert.equal(browserOf({ userAgent: mac, maxTouchPoints: 5 }), 'Safari on iPad');
});

test('a round trip is that of the page itself, or unknown', () => {
  assert.equal(roundTripOf({ requestStart: 10.2, responseStart: 53.9 }), 44);
  assert.equal(roundTripOf({ requestStart: 0, responseStart: 0 }), null);
  assert.equal(roundTripOf({ requestStart: 9, responseStart: 0 }), null);
  assert.equal(roundTripOf(undefined), null);
});

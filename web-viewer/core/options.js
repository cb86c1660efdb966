// What the link asks for.
//
// `#TOKEN` opens the session and never reaches a server's log; `#TOKEN&view=CODE` opens it at a view. `?background=RRGGBB` colours what the picture leaves
// free, `?iframe=1` hides the bars for pages that embed the view. `?encoding=udp` (or `webrtc`), `webcodecs` or `jpeg`
// has the picture come by that way and no other.

/**
 * @typedef {object} Options
 * @property {string | null} token The link's secret; null when there is none.
 * @property {string | null} view The code of a view to begin with.
 * @property {string | null} background As CSS writes it, e.g. `#102030`.
 * @property {boolean} iframe Whether the bars stay away.
 * @property {'webrtc' | 'webcodecs' | 'jpeg' | null} encoding Null for the best that works.
 */

/**
 * @param {string} search `location.search`.
 * @param {string} hash `location.hash`.
 * @returns {Options}
 */
export function parseOptions(search, hash) {
  const query = new URLSearchParams(search);
  const [token = '', view = ''] = hash.replace(/^#/, '').split('&view=');
  const background = query.get('background')?.replace(/^#/, '') ?? '';
  const iframe = query.get('iframe');
  const encoding = query.get('encoding')?.toLowerCase();
  return {
    // Only what a header may carry (RFC 6750, section 2.1).
    token: /^[\w.~+/-]+=*$/.test(token) ? token : null,
    view: view || null,
    background: /^([\da-f]{3}|[\da-f]{6})$/i.test(background) ? `#${background}` : null,
    iframe: iframe !== null && iframe !== '0' && iframe !== 'false',
    encoding: encoding === 'webcodecs' || encoding === 'jpeg' ? encoding : encoding === 'udp' || encoding === 'webrtc' ? 'webrtc' : null,
  };
}

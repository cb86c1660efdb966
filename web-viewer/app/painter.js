// A worker: tiles of an exact still picture to pixels, beside the page, so that the hand is never kept waiting.

/** @import { Tile } from '../core/tiles.js' */
import { TileDecoder } from '../core/tiles.js';

/**
 * What the page asks for, in order.
 * @typedef {{ type: 'begin', still: number, width: number, height: number, head: Uint8Array }
 *   | { type: 'tile', still: number, tile: Tile, bytes: Uint8Array }
 *   | { type: 'end' }} Order
 */
/** What it gets. @typedef {{ still: number, tile: Tile, pixels: Uint8ClampedArray<ArrayBuffer> }} Painted */

/** @type {TileDecoder | null} */
let decoder = null;
let still = -1;

addEventListener('message', (event) => {
  /** @type {Order} */
  const order = event.data;
  if (order.type === 'begin') {
    still = order.still;
    decoder = TileDecoder.begin(order.width, order.height, order.head);
  } else if (order.type === 'end') {
    decoder = null;
  } else if (decoder && order.still === still) {
    const pixels = decoder.take(order.tile, order.bytes);
    /** @type {Painted | null} */
    const painted = pixels && { still, tile: order.tile, pixels };
    if (painted) postMessage(painted, { transfer: [painted.pixels.buffer] });
  }
});

// Reads the PNG files that the host and Chromium write (8 bits a channel, not interlaced), to compare them pixel by pixel.
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

/** @returns {{ width: number, height: number, rgb: Uint8Array }} Without alpha. @param {string} path */
export function readPng(path) {
  const file = readFileSync(path);
  const parts = [];
  let [width, height, channels] = [0, 0, 0];
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    const name = file.toString('latin1', at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + length);
    if (name === 'IHDR') {
      [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
      channels = { 2: 3, 6: 4 }[body[9] ?? 0] ?? 0;
      if (body[8] !== 8 || channels === 0 || body[12] !== 0) throw new Error(`${path} is a PNG of another kind`);
    }
    if (name === 'IDAT') parts.push(body);
    at += length + 12;
  }
  const bytes = unfilter(inflateSync(Buffer.concat(parts)), width * channels, height, channels);
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) rgb[pixel * 3 + channel] = bytes[pixel * channels + channel];
  }
  return { width, height, rgb };
}

/** The five filters of PNG (ISO/IEC 15948 section 9). */
function unfilter(raw, stride, height, step) {
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x >= step ? out[at - step] : 0;
      const up = y > 0 ? out[at - stride] : 0;
      const corner = x >= step && y > 0 ? out[at - stride - step] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      out[at] = raw[y * (stride + 1) + 1 + x] + guess;
    }
  }
  return out;
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [fromLeft, fromUp, fromCorner] = [left, up, corner].map((value) => Math.abs(guess - value));
  return fromLeft <= fromUp && fromLeft <= fromCorner ? left : fromUp <= fromCorner ? up : corner;
}

/** How many pixels differ, and by how much at most. @param {string} one @param {string} other Paths. */
export function difference(one, other) {
  const [a, b] = [readPng(one), readPng(other)];
  if (a.width !== b.width || a.height !== b.height) throw new Error(`${a.width}×${a.height} and ${b.width}×${b.height} differ in size`);
  let [pixels, most] = [0, 0];
  for (let at = 0; at < a.rgb.length; at += 3) {
    const off = Math.max(...[0, 1, 2].map((channel) => Math.abs(a.rgb[at + channel] - b.rgb[at + channel])));
    if (off > 0) pixels += 1;
    most = Math.max(most, off);
  }
  return { pixels, most };
}

// Generated from core/wire; do not edit. `UPDATE=1 cargo test -p heliograph-wire` renews it.

export const PROTOCOL = 3;
export const MAX_MESSAGE_BYTES = 8192;

export function encodePointer(message) {
  switch (message.type) {
    case "move": {
      const view = new DataView(new ArrayBuffer(20));
      view.setUint8(0, 1);
      view.setUint16(2, message.grab, true);
      view.setUint32(4, message.seq, true);
      view.setFloat32(8, message.x, true);
      view.setFloat32(12, message.y, true);
      view.setFloat32(16, message.pinch, true);
      return view.buffer;
    }
    case "ping": {
      const view = new DataView(new ArrayBuffer(16));
      view.setUint8(0, 2);
      view.setUint32(4, message.seq, true);
      view.setFloat64(8, message.page_ms, true);
      return view.buffer;
    }
    case "pong": {
      const view = new DataView(new ArrayBuffer(28));
      view.setUint8(0, 3);
      view.setUint32(4, message.seq, true);
      view.setFloat64(8, message.page_ms, true);
      view.setFloat64(16, message.host_ms, true);
      view.setUint32(24, message.taken, true);
      return view.buffer;
    }
    case "shown": {
      const view = new DataView(new ArrayBuffer(20));
      view.setUint8(0, 4);
      view.setUint32(4, message.seq, true);
      view.setFloat64(8, message.drawn_ms, true);
      view.setUint32(16, message.rtp_timestamp, true);
      return view.buffer;
    }
    case "ack": {
      const view = new DataView(new ArrayBuffer(16));
      view.setUint8(0, 5);
      view.setUint32(4, message.seq, true);
      view.setFloat64(8, message.page_ms, true);
      return view.buffer;
    }
    case "still_taken": {
      const view = new DataView(new ArrayBuffer(12));
      view.setUint8(0, 6);
      view.setUint32(4, message.seq, true);
      view.setUint32(8, message.tiles, true);
      return view.buffer;
    }
    case "camera": {
      const view = new DataView(new ArrayBuffer(40));
      view.setUint8(0, 7);
      view.setUint8(1, message.orthographic);
      view.setUint32(4, message.seq, true);
      view.setUint32(8, message.rtp_timestamp, true);
      view.setFloat32(12, message.target_x, true);
      view.setFloat32(16, message.target_y, true);
      view.setFloat32(20, message.target_z, true);
      view.setFloat32(24, message.yaw, true);
      view.setFloat32(28, message.pitch, true);
      view.setFloat32(32, message.distance, true);
      view.setFloat32(36, message.fov_y, true);
      return view.buffer;
    }
  }
}

export function decodePointer(buffer) {
  const view = new DataView(buffer);
  if (view.byteLength === 0) return null;
  const tag = view.getUint8(0);
  if (tag === 1 && view.byteLength === 20) {
    return { type: "move", grab: view.getUint16(2, true), seq: view.getUint32(4, true), x: view.getFloat32(8, true), y: view.getFloat32(12, true), pinch: view.getFloat32(16, true) };
  }
  if (tag === 2 && view.byteLength === 16) {
    return { type: "ping", seq: view.getUint32(4, true), page_ms: view.getFloat64(8, true) };
  }
  if (tag === 3 && view.byteLength === 28) {
    return { type: "pong", seq: view.getUint32(4, true), page_ms: view.getFloat64(8, true), host_ms: view.getFloat64(16, true), taken: view.getUint32(24, true) };
  }
  if (tag === 4 && view.byteLength === 20) {
    return { type: "shown", seq: view.getUint32(4, true), drawn_ms: view.getFloat64(8, true), rtp_timestamp: view.getUint32(16, true) };
  }
  if (tag === 5 && view.byteLength === 16) {
    return { type: "ack", seq: view.getUint32(4, true), page_ms: view.getFloat64(8, true) };
  }
  if (tag === 6 && view.byteLength === 12) {
    return { type: "still_taken", seq: view.getUint32(4, true), tiles: view.getUint32(8, true) };
  }
  if (tag === 7 && view.byteLength === 40) {
    return { type: "camera", orthographic: view.getUint8(1), seq: view.getUint32(4, true), rtp_timestamp: view.getUint32(8, true), target_x: view.getFloat32(12, true), target_y: view.getFloat32(16, true), target_z: view.getFloat32(20, true), yaw: view.getFloat32(24, true), pitch: view.getFloat32(28, true), distance: view.getFloat32(32, true), fov_y: view.getFloat32(36, true) };
  }
  return null;
}

export const KEYFRAME = 1;
export const JPEG = 2;
export const PADDING = 4;

export function decodeMedia(buffer) {
  const view = new DataView(buffer);
  if (view.byteLength === 0) return null;
  const tag = view.getUint8(0);
  if (tag === 16 && view.byteLength >= 24) {
    return { type: "frame", flags: view.getUint8(1), number: view.getUint32(4, true), drawn_ms: view.getFloat64(8, true), rtp_timestamp: view.getUint32(16, true), shown: view.getUint32(20, true), payload: new Uint8Array(buffer, 24) };
  }
  if (tag === 17 && view.byteLength >= 16) {
    return { type: "still_begin", tiles: view.getUint16(2, true), still: view.getUint32(4, true), rtp_timestamp: view.getUint32(8, true), width: view.getUint16(12, true), height: view.getUint16(14, true), payload: new Uint8Array(buffer, 16) };
  }
  if (tag === 18 && view.byteLength >= 16) {
    return { type: "still_tile", index: view.getUint16(2, true), still: view.getUint32(4, true), x: view.getUint16(8, true), y: view.getUint16(10, true), width: view.getUint16(12, true), height: view.getUint16(14, true), payload: new Uint8Array(buffer, 16) };
  }
  if (tag === 19 && view.byteLength >= 12) {
    return { type: "still_over", still: view.getUint32(4, true), rtp_timestamp: view.getUint32(8, true), payload: new Uint8Array(buffer, 12) };
  }
  return null;
}

// The code of a view: how the scene is looked at, as a short text for anyone who has the same data open. `hv1.` and then
// base64url (RFC 4648) of the deflated (RFC 1951) JSON; the host makes and reads the same (`core/scene/src/view.rs`).

/** @import { Pose } from './camera.js' */
/** @import { Property, SceneStatus } from './wire.gen.js' */

export const START = 'hv1.';

/** What is not as it was at first, in an order in which it can be set. @param {Property[]} properties */
const changedOf = (properties) => properties.filter(({ changed }) => changed).map(({ id, value }) => [id, value]);

/**
 * @param {SceneStatus} scene
 * @param {Pose} pose Whence, relative to the scene's origin.
 */
export function viewOf({ origin, properties, layers, selection }, { target, ...rest }) {
  /** @param {number} id */
  const selected = (id) => {
    const code = selection?.layers.find((layer) => layer.id === id)?.code;
    return code ? { selected: code } : {};
  };
  return {
    camera: { target: target.map((part, axis) => part + (origin[axis] ?? 0)), ...rest },
    settings: changedOf(properties),
    layers: layers.map(({ id, name, visible, properties }) => ({
      name,
      visible,
      settings: changedOf(properties),
      ...selected(id),
    })),
  };
}

/** Whether something is selected that no code has room for. @param {SceneStatus} scene */
export const leavesOut = ({ selection }) => selection?.layers.some(({ code }) => code === null) ?? false;

/** @param {ReturnType<typeof viewOf>} view @returns {Promise<string>} */
export async function codeOf(view) {
  const stream = new Blob([JSON.stringify(view)]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const letters = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return START + letters.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The code in a text that was pasted, e.g. a link that carries one. @param {string} text @returns {string | null} */
export const codeIn = (text) => /hv1\.[\w-]+/.exec(text)?.[0] ?? null;

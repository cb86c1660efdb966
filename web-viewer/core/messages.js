// Reads what the host says on `control`, believing nothing: a page must not break over a host of another version.

/** @import { ToViewer, SceneStatus } from './wire.gen.js' */

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * @param {unknown} data Of a message event.
 * @returns {ToViewer | null} Null for what this page does not know.
 */
export function parseToViewer(data) {
  if (typeof data !== 'string') return null;
  /** @type {unknown} */
  let message;
  try {
    message = JSON.parse(data);
  } catch {
    return null;
  }
  if (!isObject(message)) return null;
  const { type, protocol, viewer, role, epoch, scene, text, reason } = message;
  if (type === 'welcome' && typeof protocol === 'number' && typeof viewer === 'number' && typeof epoch === 'string') {
    return { type, protocol, viewer, role: role === 'control' ? 'control' : 'view', epoch };
  }
  if (type === 'scene' && isScene(scene)) return { type, scene };
  if (type === 'notice' && typeof text === 'string') return { type, text };
  if (type === 'ended' && typeof reason === 'string') return { type, reason };
  return null;
}

/** Whether what the page reads of a scene is there. @param {unknown} scene @returns {scene is SceneStatus} */
function isScene(scene) {
  if (!isObject(scene)) return false;
  const { title, layers, properties, picked, loading } = scene;
  return (
    typeof title === 'string' &&
    (picked === null || picked === undefined || typeof picked === 'string') &&
    Array.isArray(layers) &&
    layers.every((layer) => isObject(layer) && typeof layer['summary'] === 'string' && typeof layer['visible'] === 'boolean') &&
    Array.isArray(properties) &&
    properties.every((property) => isObject(property) && typeof property['id'] === 'string' && isObject(property['value'])) &&
    Array.isArray(loading) &&
    loading.every((load) => isObject(load) && typeof load['name'] === 'string' && typeof load['fraction'] === 'number')
  );
}

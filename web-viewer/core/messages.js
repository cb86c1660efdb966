// Reads what the host says on `control`, believing nothing: a page must not break over a host of another version.

/** @import { ToViewer, Guest, Room, SceneStatus } from './wire.gen.js' */

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value @returns {value is number} */
const isNumber = (value) => typeof value === 'number';
/** @param {unknown} value @returns {value is number} */
const isByte = (value) => Number.isInteger(value) && isNumber(value) && value >= 0 && value <= 255;

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
  const { type, protocol, viewer, role, epoch, pass, room, scene, text, answers, cause, reason } = message;
  if (type === 'welcome' && isNumber(protocol) && isNumber(viewer) && typeof epoch === 'string') {
    // A host of another version may lack the pass; its protocol is told apart by the session.
    return { type, protocol, viewer, role: roleOf(role), epoch, pass: typeof pass === 'string' ? pass : '' };
  }
  if (type === 'room') {
    const known = roomOf(room);
    return known && { type, room: known };
  }
  if (type === 'scene' && isScene(scene)) return { type, scene };
  if (type === 'notice' && typeof text === 'string') return { type, text };
  if (type === 'host' && typeof answers === 'boolean') return { type, answers };
  const { status, knock, refused, error } = message;
  if (type === 'refused' && isNumber(status) && typeof error === 'string') {
    return { type, status, knock: knock === true, refused: refused === true, error };
  }
  if (type === 'ended' && typeof reason === 'string') return { type, cause: cause === 'removed' ? cause : 'over', reason };
  return null;
}

/** Who has a role that the page does not know may only look. @param {unknown} role */
const roleOf = (role) => (role === 'control' ? 'control' : 'view');

/** @param {unknown} room @returns {Room | null} */
function roomOf(room) {
  if (!isObject(room) || !Array.isArray(room['guests'])) return null;
  const guests = room['guests'].map(guestOf);
  if (!guests.every((guest) => guest !== null)) return null;
  const { mode, steers } = room;
  return {
    // A mode that the page does not know is taken for the strictest.
    mode: mode === 'everyone' || mode === 'one_at_a_time' ? mode : 'host_only',
    steers: isNumber(steers) ? steers : null,
    guests,
  };
}

/** @param {unknown} guest @returns {Guest | null} */
function guestOf(guest) {
  if (!isObject(guest)) return null;
  const { viewer, name, color, role, muted, asks } = guest;
  if (!isNumber(viewer) || typeof name !== 'string' || !Array.isArray(color)) return null;
  const [red, green, blue] = color;
  if (!isByte(red) || !isByte(green) || !isByte(blue)) return null;
  return { viewer, name, color: [red, green, blue], role: roleOf(role), muted: muted === true, asks: asks === true };
}

/** @param {unknown} value */
const isPlace = (value) => Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);

/** @param {unknown} picked */
const isPicked = (picked) =>
  isObject(picked) &&
  typeof picked['text'] === 'string' &&
  isPlace(picked['at']) &&
  Array.isArray(picked['fields']) &&
  picked['fields'].every((field) => isObject(field) && typeof field['name'] === 'string' && typeof field['value'] === 'string');

/** Whether what the page reads of a scene is there. @param {unknown} scene @returns {scene is SceneStatus} */
function isScene(scene) {
  if (!isObject(scene)) return false;
  const { title, layers, properties, picked, loading, bounds, labels } = scene;
  return (
    typeof title === 'string' &&
    (picked === null || picked === undefined || isPicked(picked)) &&
    Array.isArray(layers) &&
    layers.every((layer) => isObject(layer) && typeof layer['summary'] === 'string' && typeof layer['visible'] === 'boolean') &&
    Array.isArray(properties) &&
    properties.every((property) => isObject(property) && typeof property['id'] === 'string' && isObject(property['value'])) &&
    (bounds === null || bounds === undefined || (isObject(bounds) && isPlace(bounds['min']) && isPlace(bounds['max']))) &&
    Array.isArray(labels) &&
    labels.every((label) => isObject(label) && isPlace(label['at']) && typeof label['text'] === 'string') &&
    Array.isArray(loading) &&
    loading.every((load) => isObject(load) && typeof load['name'] === 'string' && typeof load['fraction'] === 'number')
  );
}

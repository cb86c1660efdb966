// A control for each kind of property: native elements, so that keyboards, fingers and screen readers know them.

/** @import { ChoiceOption, Property, Value } from '../core/wire.gen.js' */
import { numberText, stepOf, ticked } from '../core/controls.js';

/** @typedef {{ item: HTMLElement, set: (value: Value) => void, disable: (isDisabled: boolean) => void }} Control */
/** @typedef {(value: Value) => void} Take */

/** @param {Property} property @param {string} key @param {Take} take Gets the value when the user has changed it. @returns {Control} */
export function makeControl(property, key, take) {
  const id = `control-${key.replace(/[^a-z0-9]/gi, '-')}`;
  const { kind } = property;
  if (kind.type === 'range') return range(property, kind, id, take);
  if (kind.type === 'interval') return interval(property, kind, take);
  if (kind.type === 'choice') return choice(property, kind.options, id, take);
  if (kind.type === 'several') return several(property, kind.options, take);
  if (kind.type === 'toggle') return toggle(property, id, take);
  return color(property, id, take);
}

/** @param {Property} property @param {string} className */
function nameOf({ label, unit }, className) {
  const name = document.createElement(className === 'group' ? 'legend' : 'label');
  name.textContent = unit ? `${label} (${unit})` : label;
  return name;
}

/** @param {Property} property @param {string} id @param {HTMLElement[]} parts The first is what the label is of. */
function labelled(property, id, ...parts) {
  const item = document.createElement('div');
  item.className = 'control';
  const label = nameOf(property, 'one');
  label.setAttribute('for', id);
  if (parts[0]) parts[0].id = id;
  item.append(label, ...parts);
  return item;
}

/** @param {Property} property @param {HTMLElement[]} parts */
function grouped(property, ...parts) {
  const item = document.createElement('fieldset');
  item.className = 'control group';
  item.append(nameOf(property, 'group'), ...parts);
  return item;
}

/** @param {string} type @param {Record<string, string | number>} attributes */
function input(type, attributes = {}) {
  const made = document.createElement('input');
  made.type = type;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/** @param {HTMLElement} item @returns {(isDisabled: boolean) => void} */
function disabler(item) {
  return (isDisabled) => {
    for (const each of item.querySelectorAll('input, select, button')) Reflect.set(each, 'disabled', isDisabled);
  };
}

/** @param {Property} property @param {{ min: number, max: number, step: number }} bounds @param {string} id @param {Take} take @returns {Control} */
function range(property, { min, max, step }, id, take) {
  const slider = input('range', { min, max, step });
  const field = input('number', { min, max, step, 'aria-label': property.label, inputmode: 'decimal' });
  const item = labelled(property, id, slider, field);
  slider.addEventListener('input', () => {
    field.value = slider.value;
    take({ number: slider.valueAsNumber });
  });
  field.addEventListener('change', () => {
    if (!field.validity.valid || Number.isNaN(field.valueAsNumber)) field.value = slider.value;
    slider.value = field.value;
    take({ number: slider.valueAsNumber });
  });
  const set = (/** @type {Value} */ value) => {
    if (!('number' in value)) return;
    slider.value = String(value.number);
    if (document.activeElement !== field) field.value = slider.value;
  };
  return { item, set, disable: disabler(item) };
}

/** @param {Property} property @param {{ min: number, max: number, histogram: number[] }} bounds @param {Take} take @returns {Control} */
function interval(property, { min, max, histogram }, take) {
  const ends = /** @type {const} */ (['least', 'greatest']);
  const sliders = ends.map((end) => input('range', { min, max, step: stepOf(min, max), 'aria-label': `${property.label}, ${end}` }));
  const fields = ends.map((end) => input('number', { step: 'any', 'aria-label': `${property.label}, ${end}`, inputmode: 'decimal' }));
  const track = document.createElement('div');
  track.className = 'interval';
  const bars = histogramOf(histogram);
  track.append(bars.svg, ...sliders);
  const row = document.createElement('div');
  row.className = 'ends';
  row.append(...fields);
  const item = grouped(property, track, row);

  /** As they are: a slider rounds to its steps. @type {[number, number]} */
  let current = [min, max];
  /** @param {[number, number]} values */
  const show = (values) => {
    current = values;
    for (const [index, value] of values.entries()) {
      const [slider, field] = [sliders[index], fields[index]];
      if (slider) {
        slider.value = String(value);
        slider.setAttribute('aria-valuetext', numberText(value));
      }
      if (field && document.activeElement !== field) field.value = String(Number(value.toPrecision(6)));
    }
    const width = max - min || 1;
    bars.mark((values[0] - min) / width, (values[1] - min) / width);
  };
  /** @param {number} value @param {number} end Which was moved: it stops at the other. @returns {[number, number]} */
  const moved = (value, end) => (end === 0 ? [Math.min(value, current[1]), current[1]] : [current[0], Math.max(value, current[0])]);
  for (const [from, event] of /** @type {[HTMLInputElement[], string][]} */ ([[sliders, 'input'], [fields, 'change']])) {
    for (const [index, each] of from.entries()) {
      each.addEventListener(event, () => {
        if (Number.isNaN(each.valueAsNumber)) return show(current);
        const values = moved(each.valueAsNumber, index);
        show(values);
        take({ interval: values });
      });
    }
  }
  // Where both handles lie on one place the one that can still move is on top.
  sliders[0]?.addEventListener('input', () => track.classList.toggle('high', (sliders[0]?.valueAsNumber ?? 0) > (min + max) / 2));
  const set = (/** @type {Value} */ value) => {
    if ('interval' in value) show(value.interval);
  };
  return { item, set, disable: disabler(item) };
}

/** @param {number[]} counts */
function histogramOf(counts) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', `0 0 ${Math.max(counts.length, 1)} 1`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const tallest = Math.max(...counts, 1);
  const rects = counts.map((count, index) => {
    const rect = document.createElementNS(svg.namespaceURI, 'rect');
    // The square root shows what is rare beside what is frequent.
    const height = Math.sqrt(count / tallest);
    for (const [name, value] of Object.entries({ x: index, y: 1 - height, width: 1, height })) rect.setAttribute(name, String(value));
    return rect;
  });
  svg.append(...rects);
  /** @param {number} from @param {number} to */
  const mark = (from, to) => {
    for (const [index, rect] of rects.entries()) {
      const at = (index + 0.5) / rects.length;
      rect.classList.toggle('in', at >= from && at <= to);
    }
  };
  return { svg, mark };
}

/** @param {Property} property @param {ChoiceOption[]} options @param {string} id @param {Take} take @returns {Control} */
function choice(property, options, id, take) {
  const select = document.createElement('select');
  select.append(...options.map((option) => new Option(option.label, option.id)));
  select.addEventListener('change', () => take({ choice: select.value }));
  const item = labelled(property, id, select);
  const set = (/** @type {Value} */ value) => {
    if ('choice' in value) select.value = value.choice;
  };
  return { item, set, disable: disabler(item) };
}

/** @param {Property} property @param {ChoiceOption[]} options @param {Take} take @returns {Control} */
function several(property, options, take) {
  /** @type {string[]} */
  let chosen = [];
  const boxes = options.map((option) => {
    const label = document.createElement('label');
    const box = input('checkbox');
    box.value = option.id;
    box.addEventListener('change', () => {
      chosen = ticked(chosen, option.id, box.checked);
      take({ several: chosen });
    });
    label.append(box);
    if (option.color) {
      const swatch = document.createElement('span');
      swatch.className = 'swatch';
      swatch.style.backgroundColor = `rgb(${option.color.join(' ')})`;
      label.append(swatch);
    }
    label.append(option.label);
    return { label, box };
  });
  const item = grouped(property, ...boxes.map(({ label }) => label));
  const set = (/** @type {Value} */ value) => {
    if (!('several' in value)) return;
    chosen = value.several;
    for (const { box } of boxes) box.checked = chosen.includes(box.value);
  };
  return { item, set, disable: disabler(item) };
}

/** @param {Property} property @param {string} id @param {Take} take @returns {Control} */
function toggle(property, id, take) {
  const box = input('checkbox');
  box.addEventListener('change', () => take({ toggle: box.checked }));
  const item = labelled(property, id, box);
  const set = (/** @type {Value} */ value) => {
    if ('toggle' in value) box.checked = value.toggle;
  };
  return { item, set, disable: disabler(item) };
}

/** @param {Property} property @param {string} id @param {Take} take @returns {Control} */
function color(property, id, take) {
  const well = input('color');
  well.addEventListener('input', () => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(well.value.slice(at, at + 2), 16));
    take({ color: [red, green, blue] });
  });
  const item = labelled(property, id, well);
  const set = (/** @type {Value} */ value) => {
    if ('color' in value) well.value = `#${value.color.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
  };
  return { item, set, disable: disabler(item) };
}

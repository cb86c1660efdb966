// The page as it is served: what it loads, how much that weighs, and the rules it keeps.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
/** @param {string} path */
const read = (path) => readFileSync(join(root, path), 'utf8');
const html = read('index.html');

/** @param {string} path @returns {string[]} What a module imports, as paths from the page. */
function importsOf(path) {
  return [...read(path).matchAll(/^import [^;]*?from '([^']+)'/gm)].map((match) => normalize(join(dirname(path), match[1] ?? '')));
}

/** @param {string} path @returns {string[]} What a module imports, or starts as a worker, when it needs it. */
function lazyImportsOf(path) {
  return [...read(path).matchAll(/(?:(?:=>|await|return|=) import\(|new Worker\(new URL\()'([^']+)'/g)].map((match) => normalize(join(dirname(path), match[1] ?? '')));
}

/** @param {string} path @param {(path: string) => string[]} ways @param {Set<string>} found */
function reach(path, ways = importsOf, found = new Set()) {
  if (!found.has(path)) {
    found.add(path);
    for (const imported of ways(path)) reach(imported, ways, found);
  }
  return found;
}

/** @param {string} path @returns {Set<string>} Those that are loaded when they are needed as well. */
const reachAll = (path) => reach(path, (each) => [...importsOf(each), ...lazyImportsOf(each)]);

/** @param {string} folder */
const modulesIn = (folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.js'))
    .map((name) => `${folder}/${name}`);

test('the page begins with the two scripts that the build bundles, and no other', () => {
  const begins = [...html.matchAll(/<script[^>]*src="([^"]+)"/g)].map((match) => match[1]);
  assert.deepEqual(begins, ['app/offer.js', 'app/main.js']);
  assert.doesNotMatch(html, /modulepreload/);
});

test('what is loaded only when it is needed is not loaded before', () => {
  const eager = reach(normalize('app/main.js'));
  const lazy = [...eager].flatMap(lazyImportsOf);
  assert.deepEqual(lazy.sort(), ['app/labels.js', 'app/layers.js', 'app/legend.js', 'app/painter.js', 'app/socket.js', 'app/statistics.js']);
  for (const path of lazy) assert.ok(!eager.has(path), path);
});

test('no module lies about that the page never loads', () => {
  const reached = reachAll(normalize('app/main.js'));
  assert.deepEqual([...modulesIn('core'), ...modulesIn('app')].filter((path) => !reached.has(path)), []);
});

test('core knows neither the app nor the page', () => {
  for (const path of modulesIn('core')) {
    for (const imported of importsOf(path)) assert.match(imported, /^core\//, `${path} imports ${imported}`);
    const code = read(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    assert.doesNotMatch(code, /\b(document|window|navigator|performance|fetch|setTimeout|Date\.now)\b[.(]/, path);
  }
});

test('what the first picture needs weighs at most 50 kB over the wire, heads of its responses aside', () => {
  const files = ['index.html', 'style.css', 'icon.svg', ...reach(normalize('app/main.js'))];
  // As the build script packs it: without indentation, and without what only readers and the type checker need.
  const bare = (/** @type {string} */ text) => text.replace(/^[ \t]*(?:\/\/.*|\/\*\*(?:(?!\*\/)[\s\S])*\*\/[ \t]*)$/gm, '').replace(/\/\*\* @.*?\*\/\s*/g, '');
  const plain = (/** @type {string} */ text) => text.replace(/^[ \t]*\/\*.*\*\/[ \t]*$/gm, '');
  const packed = (/** @type {string} */ path) => (path.endsWith('.js') ? bare : plain)(read(path)).replace(/^[ \t]+/gm, '');
  const weight = (/** @type {string} */ text) => gzipSync(text, { level: 9 }).length;
  const scripts = files.filter((path) => path.endsWith('.js')).map(packed).join('');
  const others = files.filter((path) => !path.endsWith('.js')).map((path) => weight(packed(path)));
  const bytes = others.reduce((sum, length) => sum + length, weight(scripts));
  assert.ok(bytes <= 50_000, `${bytes} bytes`);
});

test('nothing in the page needs a laxer content security policy than self', () => {
  assert.doesNotMatch(html, /\sstyle=|\son[a-z]+=|<style|javascript:|https?:\/\//);
  for (const script of html.match(/<script[^>]*>/g) ?? []) assert.match(script, /src=/);
  assert.doesNotMatch(read('style.css'), /url\(|@import/);
  for (const path of reachAll(normalize('app/main.js'))) assert.doesNotMatch(read(path), /innerHTML|insertAdjacentHTML|\beval\(|new Function/);
});

test('every element that the app asks for is in the page', () => {
  const asked = modulesIn('app').flatMap((path) => [...read(path).matchAll(/element\('([^']+)'/g)].map((match) => match[1]));
  assert.ok(asked.length > 10);
  for (const id of asked) assert.ok(html.includes(`id="${id}"`), `#${id}`);
});

test('every button has a name that can be read out', () => {
  const buttons = html.match(/<button[\s\S]*?<\/button>/g) ?? [];
  assert.ok(buttons.length > 10);
  for (const button of buttons) {
    const isNamed = /aria-label="[^"]+"/.test(button) || button.replace(/<kbd>.*?<\/kbd>|<[^>]+>/g, '').trim() !== '';
    assert.ok(isNamed || button.includes('id="card-action"'), button);
  }
});

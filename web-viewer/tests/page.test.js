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

/** @param {string} path @param {Set<string>} found */
function reach(path, found = new Set()) {
  if (!found.has(path)) {
    found.add(path);
    for (const imported of importsOf(path)) reach(imported, found);
  }
  return found;
}

/** @param {string} folder */
const modulesIn = (folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.js'))
    .map((name) => `${folder}/${name}`);

test('every module that the page reaches is preloaded, and nothing else', () => {
  const preloaded = [...html.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map((match) => match[1]);
  const reached = reach(normalize('app/main.js'));
  for (const [, source = ''] of html.matchAll(/<script[^>]*src="([^"]+)"/g)) reached.delete(source); // Fetched as such.
  assert.deepEqual([...preloaded].sort(), [...reached].sort());
});

test('no module lies about that the page never loads', () => {
  const reached = reach(normalize('app/main.js'));
  assert.deepEqual([...modulesIn('core'), ...modulesIn('app')].filter((path) => !reached.has(path)), []);
});

test('core knows neither the app nor the page', () => {
  for (const path of modulesIn('core')) {
    for (const imported of importsOf(path)) assert.match(imported, /^core\//, `${path} imports ${imported}`);
    const code = read(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    assert.doesNotMatch(code, /\b(document|window|navigator|performance|fetch|setTimeout|Date\.now)\b[.(]/, path);
  }
});

test('the whole page weighs at most 60 kB over the wire, heads of its responses aside', () => {
  const files = ['index.html', 'style.css', 'icon.svg', ...reach(normalize('app/main.js'))];
  // As the build script packs it: without the lines that are nothing but a comment.
  const packed = (/** @type {string} */ path) => read(path).replace(/^[ \t]*(?:\/\/.*|\/\*\*(?:(?!\*\/)[\s\S])*\*\/[ \t]*)$/gm, '');
  const weigh = (/** @type {string} */ path) => gzipSync(path.endsWith('.js') ? packed(path) : read(path)).length;
  const bytes = files.map(weigh).reduce((sum, length) => sum + length, 0);
  assert.ok(bytes <= 60_000, `${bytes} bytes`);
});

test('nothing in the page needs a laxer content security policy than self', () => {
  assert.doesNotMatch(html, /\sstyle=|\son[a-z]+=|<style|javascript:|https?:\/\//);
  for (const script of html.match(/<script[^>]*>/g) ?? []) assert.match(script, /src=/);
  assert.doesNotMatch(read('style.css'), /url\(|@import/);
  for (const path of reach(normalize('app/main.js'))) assert.doesNotMatch(read(path), /innerHTML|insertAdjacentHTML|\beval\(|new Function/);
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

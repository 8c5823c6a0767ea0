// Reads what people copy out of programs: JSON, or an object or array literal of JavaScript with comments, single
// quotes, bare names and trailing commas. It reads values only and runs nothing.

const SPACE = /(?:[\s\u00a0\ufeff]+|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
const NAME = /[A-Za-z_$][\w$]*/y;
const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;
const ESCAPES = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', 0: '\0' };
const WORDS = { true: true, false: false, null: null, undefined: null };
const MAX_DEPTH = 32;

class Reader {
  #text;
  #at = 0;
  #depth = 0;

  constructor(text) {
    this.#text = text;
  }

  get at() {
    return this.#at;
  }

  #match(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at = pattern.lastIndex;
    return found?.[0] ?? '';
  }

  #take(character) {
    this.#match(SPACE);
    if (this.#text[this.#at] !== character) return false;
    ++this.#at;
    return true;
  }

  #fail(wanted) {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    const found = this.#at < this.#text.length ? `"${this.#text[this.#at]}"` : 'the end';
    throw new SyntaxError(`line ${line}: ${wanted} expected, but there is ${found}`);
  }

  value() {
    this.#match(SPACE);
    const next = this.#text[this.#at];
    if (next === '{' || next === '[') return this.#nested(next);
    if (next === '"' || next === "'" || next === '`') return this.#string(next);
    const number = this.#match(NUMBER);
    if (number) return Number(number);
    const word = this.#match(NAME);
    if (Object.hasOwn(WORDS, word)) return WORDS[word];
    this.#at -= word.length;
    return this.#fail('a value');
  }

  #nested(bracket) {
    if (++this.#depth > MAX_DEPTH) this.#fail('less nesting');
    ++this.#at;
    const read = bracket === '{' ? this.#object() : this.#array();
    --this.#depth;
    return read;
  }

  #object() {
    const members = new Map();
    while (!this.#take('}')) {
      members.set(this.#name(), this.#take(':') ? this.value() : this.#fail('":"'));
      if (this.#take(',')) continue;
      if (!this.#take('}')) this.#fail('"," or "}"');
      break;
    }
    return Object.fromEntries(members);
  }

  #array() {
    const elements = [];
    while (!this.#take(']')) {
      elements.push(this.value());
      if (this.#take(',')) continue;
      if (!this.#take(']')) this.#fail('"," or "]"');
      break;
    }
    return elements;
  }

  #name() {
    this.#match(SPACE);
    const next = this.#text[this.#at];
    if (next === '"' || next === "'") return this.#string(next);
    return this.#match(NAME) || this.#match(NUMBER) || this.#fail('a name');
  }

  #string(quote) {
    let read = '';
    for (++this.#at; this.#at < this.#text.length; ++this.#at) {
      const character = this.#text[this.#at];
      if (character === quote) {
        ++this.#at;
        return read;
      }
      if (character === '\n' && quote !== '`') this.#fail(`the closing ${quote}`);
      read += character === '\\' ? this.#escape() : character;
    }
    return this.#fail(`the closing ${quote}`);
  }

  #escape() {
    const character = this.#text[++this.#at];
    const digits = { u: 4, x: 2 }[character];
    if (!digits) return ESCAPES[character] ?? (character === '\n' ? '' : (character ?? ''));
    const code = this.#text.slice(this.#at + 1, this.#at + 1 + digits);
    if (!/^[\da-f]+$/i.test(code) || code.length !== digits) this.#fail('hexadecimal digits');
    this.#at += digits;
    return String.fromCharCode(Number.parseInt(code, 16));
  }
}

/**
 * The first object or array that stands in a text; what is around it ("const servers = ...;") does not matter.
 * @param {string} text
 * @returns {object|Array|null} null when there is none
 * @throws {SyntaxError} when it begins but makes no sense; the message names the line
 */
export function firstLiteral(text) {
  const start = text.search(/[{[]/);
  if (start < 0) return null;
  // Spaces in place of what is before keep the line numbers of messages right.
  return new Reader(text.slice(0, start).replace(/[^\n]/g, ' ') + text.slice(start)).value();
}

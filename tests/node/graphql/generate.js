// Random GraphQL documents over a schema: mostly valid, with mistakes of every kind, and broken text.
'use strict';

const { isEnumType, isInputObjectType, isListType, isNonNullType, isObjectType, getNamedType } = require('graphql');

function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

class Generator {
  constructor(schema, seed) {
    this.schema = schema;
    this.next = random(seed);
    this.objects = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'));
  }

  chance(p) { return this.next() < p; }
  pick(list) { return list[Math.floor(this.next() * list.length)]; }
  mistake() { return this.chance(this.mistakes); }

  value(type, depth = 0) {
    if (this.chance(0.12)) return this.variable(type);
    if (this.mistake()) return this.pick(['3', '"x"', 'null', 'true', 'RED', '[1]', '{a: 1}', '1.5', '$nowhere', '99999999999']);
    if (isNonNullType(type)) return this.value(type.ofType, depth);
    if (this.chance(0.05)) return 'null';
    if (isListType(type)) return this.chance(0.2) ? this.value(type.ofType, depth) : `[${[this.value(type.ofType, depth), this.value(type.ofType, depth)].join(' ')}]`;
    if (isEnumType(type)) return this.pick(type.getValues()).name;
    if (isInputObjectType(type)) return this.inputObject(type, depth);
    switch (type.name) {
      case 'Int': return this.pick(['0', '7', '-3', '2147483647']);
      case 'Float': return this.pick(['0.5', '3', '-1e3']);
      case 'Boolean': return this.pick(['true', 'false']);
      case 'ID': return this.pick(['1', '"2"']);
      case 'String': return this.pick(['"x"', '""', '"\\u00e9\\n"', '"""\n  block\n"""']);
      default: return this.pick(['1', '"2026-01-01T00:00:00Z"', '{a: [1, {b: null}]}', 'ANY', 'false', '{a: $any}', '[$any]']);
    }
  }

  inputObject(type, depth) {
    const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) ? !this.mistake() : this.chance(0.5));
    const members = fields.map((field) => `${field.name}: ${this.value(field.type, depth + 1)}`);
    if (this.mistake()) members.push('unheard: 1');
    if (this.mistake() && members.length) members.push(members[0]);
    return `{${members.join(', ')}}`;
  }

  // A variable of a fitting type, or of one that is off in nullability or name.
  variable(type) {
    let text = this.mistake() ? this.pick(['Int', 'ID!', '[String]', 'Unheard', 'ContentItem']) : String(type);
    if (this.chance(0.2)) text = text.endsWith('!') ? text.slice(0, -1) : `${text}!`;
    const name = this.chance(0.2) && this.variables.length ? this.pick(this.variables).name : `v${this.variables.length}`;
    if (!this.variables.some((known) => known.name === name)) {
      const fallback = !text.endsWith('!') && this.chance(0.3) ? ` = ${this.constant(type)}` : '';
      this.variables.push({ name, text: `$${name}: ${text}${fallback}` });
    }
    return `$${name}`;
  }

  constant(type) {
    const text = this.value(type);
    return text.includes('$') ? 'null' : text;
  }

  arguments(declared) {
    const list = declared.filter((arg) => isNonNullType(arg.type) ? !this.mistake() : this.chance(0.4)).map((arg) => `${arg.name}: ${this.value(arg.type)}`);
    if (this.mistake()) list.push('unheard: 1');
    if (this.mistake() && list.length) list.push(list[0]);
    return list.length ? `(${list.join(', ')})` : '';
  }

  directives() {
    if (!this.chance(0.15)) return '';
    if (this.mistake()) return this.pick([' @unheard', ' @include', ' @skip(if: 3)', ' @deprecated', ' @skip(if: true) @skip(if: false)', ' @include(if: true, if: true)']);
    const condition = this.chance(0.5) ? this.pick(['true', 'false']) : this.variable(this.schema.getDirective('skip').args[0].type);
    return ` @${this.pick(['include', 'skip'])}(if: ${condition})`;
  }

  field(type, depth) {
    if (this.chance(0.08)) return '__typename';
    if (this.mistake()) return this.pick(['unheard', 'id', 'id { x }', '__schema { types { name } }']);
    const field = this.pick(Object.values(type.getFields()));
    const named = getNamedType(field.type);
    const alias = this.chance(0.25) ? `${this.pick(['a', 'b', 'id', 'name'])}: ` : '';
    const head = `${alias}${field.name}${this.arguments(field.args)}${this.directives()}`;
    if (!isObjectType(named)) return this.mistake() ? `${head} { x }` : head;
    return this.mistake() ? head : `${head} ${this.set(named, depth + 1)}`;
  }

  fragment(type, depth) {
    const on = this.mistake() ? this.pick(this.objects).name : type.name;
    if (this.chance(0.5)) return `... ${this.chance(0.7) ? `on ${this.mistake() ? this.pick(['Unheard', 'JSON', 'ContentTypeKind']) : on}` : ''}${this.directives()} ${this.set(type, depth + 1)}`;
    const known = this.fragments.filter((fragment) => fragment.on === type.name);
    if (known.length && this.chance(0.4)) return `...${this.pick(known).name}${this.directives()}`;
    if (this.mistake()) return '...unheard';
    const fragment = { name: `f${this.fragments.length}`, on, text: '' };
    this.fragments.push(fragment);
    fragment.text = `fragment ${fragment.name} on ${on}${this.mistake() ? ' @unheard' : ''} ${this.set(type, depth + 1)}`;
    return `...${fragment.name}${this.directives()}`;
  }

  set(type, depth) {
    if (depth > 6) return '{ __typename }';
    const n = 1 + Math.floor(this.next() * 3);
    const list = [];
    for (let i = 0; i < n; i++) list.push(this.chance(0.2) ? this.fragment(type, depth) : this.field(type, depth));
    return `{ ${list.join(this.pick([' ', ', ', '\n', ' # c\n']))} }`;
  }

  operation(name) {
    this.variables = [];
    const kind = this.pick(['query', 'query', 'query', 'mutation']);
    const type = kind === 'query' ? this.schema.getQueryType() : this.schema.getMutationType();
    const set = this.set(type, 0);
    if (set.includes('$any') || this.fragments.some(({ text }) => text.includes('$any'))) this.variables.push({ name: 'any', text: '$any: JSON' });
    if (this.mistake()) this.variables.push({ name: 'unused', text: '$unused: Int' });
    if (this.mistake() && this.variables.length) this.variables.push(this.variables[0]);
    const variables = this.variables.length ? `(${this.variables.map(({ text }) => text).join(', ')})` : '';
    return `${kind} ${this.mistake() ? '' : name}${variables}${this.mistake() ? ' @skip(if: true)' : ''} ${set}`;
  }

  document() {
    this.mistakes = this.pick([0, 0, 0.01, 0.03, 0.1]);
    this.fragments = [];
    const parts = [this.operation('A')];
    if (this.chance(0.15)) parts.push(this.operation(this.mistake() ? 'A' : 'B'));
    if (this.mistake()) parts.push('fragment unused on ContentItem { id }');
    return [...parts, ...this.fragments.map(({ text }) => text)].join('\n');
  }

  // One or two characters taken out, put in or changed.
  broken(text) {
    for (let i = this.pick([1, 1, 2]); i > 0; i--) {
      const at = Math.floor(this.next() * text.length);
      const put = this.pick(['', '', '{', '}', '(', ')', '[', ']', ':', '!', '$', '@', '"', '...', '.', '=', '|', '&', '#', '\\', '0', '-', 'x', ' ', '\n', '""', '"""', ',', 'é', '%', ' on ', ' null ']);
      text = text.slice(0, at) + put + text.slice(at + this.pick([0, 1, 1, 3]));
    }
    return text;
  }
}

module.exports = { Generator };

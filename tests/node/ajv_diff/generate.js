// Random schemas and instances from a fixed seed: one {"schema":..,"data":..} per line.
// Each schema meets several instances, half of them built to come close to it.
'use strict';

const DEPTH_MAX = 3;
const INSTANCES_PER_SCHEMA = 8;
const NAMES = ['a', 'b', 'c', 'id', 'x-1', 'x-2', 'é'];
const TEXTS = ['', 'a', 'ab', 'abc', 'x1', 'é€😀', '2024-02-29', '2023-02-29', '2024-05-01T10:00:00Z', '1.2.3.4',
  '256.1.1.1', '::1', '1::2::3', '/a~0b', '/a~2', '2eb8aa08-aa98-11ea-b4aa-73b441d16380'];
const PATTERNS = ['^a', 'b$', '^[a-z]*$', '\\d', '^x-', '.{3}', '^(a|b)+c?$', '[^a]'];
const FORMATS = ['date', 'date-time', 'ipv4', 'ipv6', 'uuid', 'json-pointer'];
const TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];
const DIALECTS = { draft7: 'http://json-schema.org/draft-07/schema#', 2020: 'https://json-schema.org/draft/2020-12/schema' };

// mulberry32: small, and the same everywhere
function randomizer(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

class Generator {
  constructor(seed, draft) {
    this.random = randomizer(seed);
    this.draft = draft;
    // ajv errs where contains meets items by position ([] passes) or unevaluatedItems (all items count as evaluated):
    // a schema has either
    this.hasContains = this.chance(0.4);
    // ajv counts what a failing "if" evaluated: a schema has either conditions or unevaluated*
    this.hasConditions = this.chance(0.5);
  }

  below(n) { return Math.floor(this.random() * n); }
  pick(list) { return list[this.below(list.length)]; }
  chance(p) { return this.random() < p; }
  some(list, max) { return [...new Set(Array.from({ length: 1 + this.below(max) }, () => this.pick(list)))]; }
  many(max, make) { return Array.from({ length: 1 + this.below(max) }, make); }

  number() { return this.pick([0, 1, -1, 2, 3, 5, 7, 10, 0.5, 1.5, -2.5, 100, 1e6]); }

  value(depth) {
    const kind = this.below(depth > 0 ? 7 : 5);
    if (kind === 0) return null;
    if (kind === 1) return this.chance(0.5);
    if (kind === 2) return this.number();
    if (kind <= 4) return this.pick(TEXTS);
    if (kind === 5) return Array.from({ length: this.below(5) }, () => this.value(depth - 1));
    return Object.fromEntries(this.some(NAMES, 4).map((name) => [name, this.value(depth - 1)]));
  }

  schema(depth) {
    if (depth === 0 || this.chance(0.08)) return this.chance(0.85) ? { type: this.pick(TYPES) } : this.chance(0.7);
    const schema = {};
    for (let n = 1 + this.below(3); n > 0; n--) this.pick(this.groups()).call(this, schema, depth - 1);
    return schema;
  }

  groups() {
    const all = [this.types, this.values, this.numbers, this.texts, this.lists, this.lists, this.objects, this.objects,
      this.logic, this.logic, this.references];
    return this.draft === '2020' && !this.hasConditions ? [...all, this.unevaluated, this.unevaluated] : all;
  }

  types(schema) {
    const types = this.some(TYPES, 3);
    // both readings of a list with number and integer agree, but ajv complains
    schema.type = types.length > 1 ? types.filter((t) => t !== 'integer' || !types.includes('number')) : types[0];
  }

  values(schema) {
    if (this.chance(0.3)) schema.const = this.value(1);
    else schema.enum = [...new Map(this.many(4, () => this.value(1)).map((v) => [JSON.stringify(v), v])).values()];
  }

  numbers(schema) {
    const keyword = this.pick(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']);
    schema[keyword] = keyword === 'multipleOf' ? this.pick([1, 2, 0.5, 5, 0.25]) : this.number();
  }

  texts(schema) {
    const kind = this.below(4);
    if (kind === 0) schema.minLength = this.below(4);
    else if (kind === 1) schema.maxLength = this.below(4);
    else if (kind === 2) schema.pattern = this.pick(PATTERNS);
    else schema.format = this.pick(FORMATS);
  }

  lists(schema, depth) {
    const list = () => this.many(3, () => this.schema(depth));
    if (this.chance(0.2)) schema.minItems = this.below(3);
    if (this.chance(0.2)) schema.maxItems = 1 + this.below(4);
    if (this.chance(0.3)) schema.uniqueItems = true;
    if (this.hasContains && this.chance(0.6)) schema.contains = this.schema(depth);
    if (this.draft === 'draft7') {
      if (this.chance(0.6)) schema.items = !this.hasContains && this.chance(0.5) ? list() : this.schema(depth);
      if (Array.isArray(schema.items) && this.chance(0.5)) schema.additionalItems = this.schema(depth);
      return;
    }
    if (!this.hasContains && this.chance(0.5)) schema.prefixItems = list();
    if (this.chance(0.5)) schema.items = this.schema(depth);
    if (schema.contains !== undefined && this.chance(0.5)) schema.minContains = this.below(3);
    if (schema.contains !== undefined && this.chance(0.5)) schema.maxContains = 1 + this.below(3);
  }

  objects(schema, depth) {
    const map = (names) => Object.fromEntries(names.map((name) => [name, this.schema(depth)]));
    if (this.chance(0.7)) schema.properties = map(this.some(NAMES, 3));
    if (this.chance(0.3)) schema.required = this.some(NAMES, 2);
    if (this.chance(0.3)) schema.patternProperties = map(this.some(PATTERNS, 2));
    if (this.chance(0.3)) schema.additionalProperties = this.schema(depth);
    if (this.chance(0.15)) schema.propertyNames = this.pick([{ pattern: this.pick(PATTERNS) }, { maxLength: 1 }, true]);
    if (this.chance(0.15)) schema.minProperties = this.below(3);
    if (this.chance(0.15)) schema.maxProperties = 1 + this.below(3);
    if (this.chance(0.2)) this.dependencies(schema, depth);
  }

  dependencies(schema, depth) {
    const name = this.pick(NAMES);
    if (this.draft === 'draft7') {
      schema.dependencies = { [name]: this.chance(0.5) ? this.some(NAMES, 2) : this.schema(depth) };
      return;
    }
    if (this.chance(0.5)) schema.dependentRequired = { [name]: this.some(NAMES, 2) };
    else schema.dependentSchemas = { [name]: this.schema(depth) };
  }

  logic(schema, depth) {
    const kind = this.below(this.hasConditions ? 5 : 4);
    if (kind <= 2) {
      schema[['allOf', 'anyOf', 'oneOf'][kind]] = this.many(3, () => this.schema(depth));
    } else if (kind === 3) {
      schema.not = this.schema(depth);
    } else {
      schema.if = this.schema(depth);
      schema.then = this.schema(depth);
      if (this.chance(0.7)) schema.else = this.schema(depth);
    }
  }

  references(schema, depth) {
    // in draft-07 a $ref stands alone; ajv honours its siblings
    const target = { $ref: `#/${this.draft === 'draft7' ? 'definitions' : '$defs'}/d${this.below(2)}` };
    if (this.draft === '2020' && this.chance(0.5)) Object.assign(schema, target);
    else schema.allOf = [target, this.schema(depth)];
  }

  unevaluated(schema, depth) {
    const rest = () => (this.chance(0.7) ? false : this.schema(depth));
    if (this.hasContains || this.chance(0.6)) schema.unevaluatedProperties = rest();
    else schema.unevaluatedItems = rest();
    this.pick([this.objects, this.lists, this.logic]).call(this, schema, depth);
  }

  root() {
    const schema = this.schema(DEPTH_MAX);
    if (typeof schema === 'boolean') return schema;
    const flat = () => { const d = this.schema(1); return JSON.stringify(d).includes('$ref') ? {} : d; };
    schema[this.draft === 'draft7' ? 'definitions' : '$defs'] = { d0: flat(), d1: flat() };
    return { $schema: DIALECTS[this.draft], ...schema };
  }

  // A value that goes some way towards satisfying the schema.
  near(schema, depth) {
    if (typeof schema !== 'object' || schema === null || depth === 0 || this.chance(0.15)) return this.value(1);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum && this.chance(0.8)) return this.pick(schema.enum);
    const branches = schema.allOf || schema.anyOf || schema.oneOf;
    if (branches && this.chance(0.5)) return this.near(this.pick(branches), depth - 1);
    if (schema.properties || schema.required || schema.patternProperties || schema.unevaluatedProperties !== undefined) {
      return this.nearObject(schema, depth);
    }
    const items = schema.prefixItems || schema.items;
    if (items !== undefined || schema.contains !== undefined) {
      return Array.from({ length: this.below(4) }, (_, i) =>
        this.near(this.chance(0.3) ? schema.contains : Array.isArray(items) ? items[i] : items, depth - 1));
    }
    return this.value(2);
  }

  nearObject(schema, depth) {
    const names = [...(schema.required || []), ...Object.keys(schema.properties || {}).filter(() => this.chance(0.7))];
    if (this.chance(0.3)) names.push(this.pick(NAMES));
    return Object.fromEntries(names.map((name) => [name, this.near((schema.properties || {})[name], depth - 1)]));
  }
}

function* pairs(seed, nSchemas) {
  for (let i = 0; i < nSchemas; i++) {
    const generator = new Generator(seed + i, i % 2 ? 'draft7' : '2020');
    const schema = generator.root();
    for (let n = 0; n < INSTANCES_PER_SCHEMA; n++) {
      yield { schema, data: n % 2 ? generator.near(schema, DEPTH_MAX + 1) : generator.value(3) };
    }
  }
}

module.exports = { pairs };

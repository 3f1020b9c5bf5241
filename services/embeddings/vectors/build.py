#!/usr/bin/python3
"""wordnet.bin: word vectors made from WordNet's dictionary (Debian: wordnet-base, python3-numpy).

    services/embeddings/vectors/build.py [dictionary directory]    # default /usr/share/wordnet

A synset is a document: its words, those of the synsets it is related to, and the words of its gloss. The matrix of words and
documents, weighted by TF-IDF, is cut to 128 dimensions by a truncated SVD. Signs and the last
digits depend on the machine's linear algebra, so a new file is much like the committed one, not the same. local.c reads it.
"""
import math
import os
import re
import struct
import sys
from collections import Counter, defaultdict

import numpy as np

WORDS = 20000
DIMENSIONS = 128
SPARE_DIMENSIONS = 24
POWER_ROUNDS = 2
SEED = 20
MAGIC = b"WCWV0001"
TABLE_SLOTS = 1 << 16
FILES = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
# What words of a related synset weigh, by WordNet's pointer symbols; a synset's own weigh OWN.
OWN = 3.0
RELATED = {"@": 1.5, "@i": 1.0, "~": 1.0, "~i": 0.2, "&": 2.0, "+": 2.0, "\\": 2.0, "^": 1.0, "$": 2.0, "*": 1.0, ">": 1.0, "!": 0.7,
           "=": 1.0, "<": 1.5, "#m": 0.5, "#s": 0.5, "#p": 0.7, "%m": 0.5, "%s": 0.5, "%p": 0.7, ";c": 0.7, "-c": 0.1}
GLOSS, EXAMPLE = 1.0, 0.4
SVD_POWER = 0.5  # of the singular values in a word's vector
SUFFIXES = [("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("xes", "x"), ("zes", "z"), ("ies", "y"), ("ied", "y"), ("men", "man"), ("es", "e"),
            ("s", ""), ("ing", "e"), ("ing", ""), ("ed", "e"), ("ed", ""), ("es", ""), ("est", ""), ("est", "e"), ("er", ""), ("er", "e"), ("ly", "")]
STOP = set("""a about above after again against all am an and any are as at be because been before being below between both but by can could did do
does doing down during each etc few for from further had has have having he her here hers him his how i if in into is it its itself just may me
might more most must my no nor not of off on once one only or other our out over own same she should so some such than that the their them then
there these they this those through to too under until up upon used very was we were what when where which while who whom whose why will with
without would you your""".split())


def read_exceptions(directory):
    forms = {}
    for part in FILES:
        with open(os.path.join(directory, part + ".exc"), encoding="latin-1") as lines:
            for line in lines:
                form, base = line.split()[:2]
                forms.setdefault(form, base)
    return forms


def read_synsets(directory):
    synsets = {}
    for part, letter in FILES.items():
        with open(os.path.join(directory, "data." + part), encoding="latin-1") as lines:
            for line in lines:
                if line.startswith("  "):
                    continue
                facts, _, gloss = line.partition(" | ")
                fields = facts.split()
                n_words = int(fields[3], 16)
                words = [re.sub(r"\(.*\)", "", fields[4 + 2 * i]).lower() for i in range(n_words)]
                at = 4 + 2 * n_words
                n_pointers = int(fields[at])
                pointers = [(fields[at + 1 + 4 * i], fields[at + 3 + 4 * i] + fields[at + 2 + 4 * i]) for i in range(n_pointers)]
                synsets[letter + fields[0]] = (words, pointers, gloss.strip())
    return {key: (words, [(sign, to.replace("s", "a", 1)) for sign, to in pointers], gloss) for key, (words, pointers, gloss) in synsets.items()}


def read_senses(directory):
    """How often a word has a sense in the tagged corpus: (word, synset) -> share of all its uses."""
    shares, counts = {}, Counter()
    for part, letter in FILES.items():
        with open(os.path.join(directory, "index." + part), encoding="latin-1") as lines:
            for line in lines:
                if line.startswith("  "):
                    continue
                fields = line.split()
                n = int(fields[2])
                offsets, tagged = fields[-n:], int(fields[-n - 1])
                # Senses come in order of use; untagged ones are rare.
                weights = [1 / (i + 1) if i < max(tagged, 1) else 0.3 / (i + 1) for i in range(n)]
                for offset, weight in zip(offsets, weights):
                    shares[fields[0], letter + offset] = weight / sum(weights)
    with open(os.path.join(directory, "cntlist.rev"), encoding="latin-1") as lines:
        for line in lines:
            key, _, count = line.split()
            counts[key.split("%")[0]] += int(count)
    return shares, counts


def base_form(word, known, exceptions):
    if word in known:
        return word
    if word in exceptions and exceptions[word] in known:
        return exceptions[word]
    for ending, instead in SUFFIXES:
        if word.endswith(ending) and len(word) - len(ending) >= 2 and word[:-len(ending)] + instead in known:
            return word[:-len(ending)] + instead
    return None


def tokens(text):
    return re.findall(r"[a-z]+", text.lower().replace("'s", ""))


def singles(words):
    """Words, and the parts of compounds at less weight."""
    for word in words:
        parts = [part for part in re.split(r"[_\-]", word) if re.fullmatch("[a-z]+", part) and part not in STOP]
        for part in parts:
            yield part, 1.0 if len(parts) == 1 else 0.6


def documents(synsets, shares, known, exceptions):
    forms = {}

    def known_form(word):
        if word not in forms:
            forms[word] = None if word in STOP or len(word) < 2 else base_form(word, known, exceptions)
        return forms[word]

    for key, (words, pointers, gloss) in synsets.items():
        document = defaultdict(float)
        for whole in words:
            for word, weight in singles([whole]):
                document[known_form(word)] += OWN * weight * shares.get((whole, key), 0.5) ** 0.5
        for sign, to in pointers:
            weight = RELATED.get(sign, 0.3)
            for whole in synsets.get(to, ([],))[0]:
                for word, part in singles([whole]):
                    document[known_form(word)] += weight * part * shares.get((whole, to), 0.5) ** 0.5
        definition, _, examples = gloss.partition('; "')
        for weight, text in ((GLOSS, definition), (EXAMPLE, examples)):
            for word in tokens(text):
                document[known_form(word)] += weight
        document.pop(None, None)
        yield document


def choose_words(synsets, counts, exceptions):
    lemmas = {word for words, _, _ in synsets.values() for word in words if re.fullmatch("[a-z]{2,24}", word)} - STOP
    uses = Counter()
    for _, _, gloss in synsets.values():
        uses.update(tokens(gloss))
    seen = Counter()
    for word, n in uses.items():
        base = base_form(word, lemmas, exceptions)
        if base:
            seen[base] += n
    for words, _, _ in synsets.values():
        for word, weight in singles(words):
            if word in lemmas:
                seen[word] += weight
    chosen = sorted(lemmas, key=lambda word: (-(seen[word] + 2 * counts[word]), word))[:WORDS]
    return sorted(chosen), seen


class Sparse:
    def __init__(self, rows, columns, values, n_rows):
        order = np.argsort(rows, kind="stable")
        self.columns, self.values = columns[order], values[order]
        self.starts = np.searchsorted(rows[order], np.arange(n_rows + 1))

    def times(self, dense):
        n_rows = len(self.starts) - 1
        out = np.zeros((n_rows, dense.shape[1]), np.float32)
        for first in range(0, n_rows, 4096):
            last = min(first + 4096, n_rows)
            begin, end = self.starts[first], self.starts[last]
            if begin == end:
                continue
            terms = dense[self.columns[begin:end]] * self.values[begin:end, None]
            some = np.flatnonzero(self.starts[first:last] < self.starts[first + 1:last + 1])
            out[first + some] = np.add.reduceat(terms, self.starts[first:last][some] - begin, axis=0)
        return out


def word_vectors(rows, columns, values, n_words, n_documents):
    """Randomised truncated SVD."""
    wide, tall = Sparse(rows, columns, values, n_words), Sparse(columns, rows, values, n_documents)
    random = np.random.default_rng(SEED).standard_normal((n_documents, DIMENSIONS + SPARE_DIMENSIONS)).astype(np.float32)
    basis, _ = np.linalg.qr(wide.times(random))
    for _ in range(POWER_ROUNDS):
        back, _ = np.linalg.qr(tall.times(basis))
        basis, _ = np.linalg.qr(wide.times(back))
    small = tall.times(basis).T
    left, strengths, _ = np.linalg.svd(small, full_matrices=False)
    # A singular vector's sign is arbitrary.
    vectors = (basis @ left)[:, :DIMENSIONS]
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(DIMENSIONS)])
    return vectors * strengths[:DIMENSIONS] ** SVD_POWER


def fnv(word):
    value = 2166136261
    for byte in word.encode():
        value = (value ^ byte) * 16777619 & 0xffffffff
    return value


def write(path, words, exceptions, weights, vectors):
    """Header, hash table of keys (u16, 0 empty), key offsets (u32), key -> vector (u16), weights (u8 of 255), vectors (int8), key texts."""
    place = {word: i for i, word in enumerate(words)}
    keys = dict(place)
    for form, base in sorted(exceptions.items()):
        if re.fullmatch("[a-z]{2,24}", form) and base in place:
            keys.setdefault(form, place[base])
    names = sorted(keys)
    table = [0] * TABLE_SLOTS
    for i, name in enumerate(names):
        slot = fnv(name) % TABLE_SLOTS
        while table[slot]:
            slot = (slot + 1) % TABLE_SLOTS
        table[slot] = i + 1
    text, offsets = b"", []
    for name in names:
        offsets.append(len(text))
        text += name.encode() + b"\0"
    quantised = np.clip(np.rint(vectors / np.abs(vectors).max(axis=1, keepdims=True) * 127), -127, 127).astype(np.int8)
    with open(path, "wb") as out:
        out.write(MAGIC + struct.pack("<6I", DIMENSIONS, len(words), len(names), TABLE_SLOTS, len(text), 0))
        out.write(struct.pack(f"<{TABLE_SLOTS}H", *table) + struct.pack(f"<{len(names)}I", *offsets))
        out.write(struct.pack(f"<{len(names)}H", *(keys[name] for name in names)) + b"\0\0" * (len(names) % 2))
        out.write(bytes(max(1, round(255 * w)) for w in weights) + quantised.tobytes() + text)


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/wordnet"
    exceptions, synsets = read_exceptions(directory), read_synsets(directory)
    shares, counts = read_senses(directory)
    words, seen = choose_words(synsets, counts, exceptions)
    place = {word: i for i, word in enumerate(words)}
    rows, columns, values, spread, n = [], [], [], Counter(), 0
    for n, document in enumerate(documents(synsets, shares, place, exceptions)):
        spread.update(document.keys())
        for word, weight in document.items():
            rows.append(place[word])
            columns.append(n)
            values.append(weight)
    n += 1
    rows, columns = np.array(rows), np.array(columns)
    idf = np.array([math.log(n / (1 + spread[word])) for word in words])
    values = np.log1p(np.array(values)) * idf[rows]
    lengths = np.sqrt(np.bincount(columns, values ** 2, n))
    values = (values / np.maximum(lengths, 1e-9)[columns]).astype(np.float32)
    total = sum(seen.values())
    weights = np.array([1e-3 / (1e-3 + (seen[word] + counts[word]) / total) for word in words])
    vectors = word_vectors(rows, columns, values, len(words), n)
    write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "wordnet.bin"), words, exceptions, weights, vectors)


if __name__ == "__main__":
    main()

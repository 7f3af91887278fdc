/**
 * Embeddings: unit vectors, near each other where texts share features, always the same for a text.
 *
 * Features are hashed with signs into a sparse vector, whose signs are turned by the model's own pattern and
 * which a Walsh–Hadamard transform then spreads over all coordinates. The transform keeps angles, and any prefix of
 * it keeps them nearly, so a vector of fewer dimensions is the longer one's beginning, made a unit again.
 */
import { createRandom, mixBits } from '../../base/random.ts'
import { maxVectorLength } from '../../protocol/embedding-models.ts'
import type { Features } from './text-features.ts'

export interface Embedder {
  /** A unit vector of `dimensions` (1 to `maxVectorLength`) coordinates, each a multiple of 10⁻⁹. */
  embed(features: Features, dimensions: number): Float64Array
}

/** Coordinates that one feature is spread over before the transform. */
const PLACES = 8
/** Short enough in decimals, fine enough that 32-bit floats lose nothing. */
const PRECISION = 1e9

/**
 * `kinship`: the cosine of two texts that have nothing in common, from 0 to below 1; a model's vectors
 * all lean to one side.
 */
export function createEmbedder(model: string, kinship: number): Embedder {
  const random = createRandom('embedding', model)
  const salt = random.integer(2 ** 32)
  const signs = Float64Array.from({ length: maxVectorLength }, () => (random.next() < 0.5 ? -1 : 1))
  const common = Float64Array.from({ length: maxVectorLength }, () =>
    random.next() < 0.5 ? -1 : 1,
  )
  const lean = Math.sqrt(kinship / (1 - kinship) / maxVectorLength)
  const vector = new Float64Array(maxVectorLength)

  return {
    embed(features, dimensions) {
      vector.fill(0)
      for (const [name, weight] of features) spread(vector, mixBits(name ^ salt), weight)
      const length = lengthOf(vector, maxVectorLength)
      for (let i = 0; i < maxVectorLength; i++) {
        vector[i] = (vector[i]! + lean * length * common[i]!) * signs[i]!
      }
      transform(vector)
      return unitOf(vector, dimensions)
    },
  }
}

function spread(vector: Float64Array, name: number, weight: number): void {
  let bits = name
  for (let i = 0; i < PLACES; i++) {
    bits = mixBits(bits + 0x9e3779b9)
    vector[bits % maxVectorLength]! += bits >= 0x80000000 ? weight : -weight
  }
}

/** The fast Walsh–Hadamard transform, in place. */
function transform(vector: Float64Array): void {
  for (let half = 1; half < maxVectorLength; half *= 2) {
    for (let start = 0; start < maxVectorLength; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        const a = vector[i]!
        const b = vector[i + half]!
        vector[i] = a + b
        vector[i + half] = a - b
      }
    }
  }
}

function unitOf(vector: Float64Array, dimensions: number): Float64Array {
  const length = lengthOf(vector, dimensions)
  const unit = new Float64Array(dimensions)
  // Nothing is left of it in these dimensions; a unit vector must point somewhere.
  if (length === 0) unit[0] = 1
  else {
    for (let i = 0; i < dimensions; i++) {
      unit[i] = Math.round((vector[i]! / length) * PRECISION) / PRECISION
    }
  }
  return unit
}

function lengthOf(vector: Float64Array, dimensions: number): number {
  let sum = 0
  for (let i = 0; i < dimensions; i++) sum += vector[i]! * vector[i]!
  return Math.sqrt(sum)
}

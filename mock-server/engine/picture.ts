/** A picture made up for a prompt: a slope of colour, and discs in which another one runs. */
import type { Random } from '../../base/random.ts'
import type { Colour, Mosaic } from '../../protocol/image-mosaic.ts'

export interface PictureOptions {
  /** In pixels. */
  readonly width: number
  readonly height: number
  /** Only the discs are opaque. */
  readonly transparent?: boolean
  /** Pixels along the edge of a square, a multiple of 16: the larger, the rougher; the scene is the same. */
  readonly tile?: number
}

const SHADES = 64

export function paintPicture(
  random: Random,
  { width, height, transparent = false, tile = 16 }: PictureOptions,
): Mosaic {
  const scene = drawScene(random)
  const columns = Math.ceil(width / tile)
  const rows = Math.ceil(height / tile)
  const squares = new Uint8Array(columns * rows)
  const larger = Math.max(width, height)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = ((column + 0.5) * tile - width / 2) / larger
      const y = ((row + 0.5) * tile - height / 2) / larger
      squares[row * columns + column] = shadeAt(scene, x, y)
    }
  }
  const ground = slope(scene.ground, transparent ? 0 : 255)
  const palette = [...ground, ...slope(scene.figure, 255)]
  return { width, height, tile, columns, rows, squares, palette }
}

type Pair = readonly [from: Colour, to: Colour]

/** Places and lengths as parts of the picture's longer edge, from its middle. */
interface Scene {
  readonly ground: Pair
  readonly figure: Pair
  /** The direction in which the colours run. */
  readonly across: number
  readonly down: number
  readonly discs: readonly { readonly x: number; readonly y: number; readonly radius: number }[]
}

function drawScene(random: Random): Scene {
  const angle = 2 * Math.PI * random.next()
  const hue = random.next()
  const within = () => random.next() * 0.8 - 0.4
  return {
    ground: [colour(hue, 0.25), colour(hue + 0.12, 0.85)],
    figure: [colour(hue + 0.5, 0.8), colour(hue + 0.62, 0.35)],
    across: Math.cos(angle),
    down: Math.sin(angle),
    discs: Array.from({ length: 2 + random.integer(4) }, () => ({
      x: within(),
      y: within(),
      radius: 0.08 + 0.14 * random.next(),
    })),
  }
}

/** A place in the palette: the ground's shades, then the figure's. */
function shadeAt({ across, down, discs }: Scene, x: number, y: number): number {
  const along = Math.min(1, Math.max(0, 0.5 + (x * across + y * down) * 0.8))
  const shade = Math.round(along * (SHADES - 1))
  return discs.some(disc => (x - disc.x) ** 2 + (y - disc.y) ** 2 < disc.radius ** 2)
    ? SHADES + shade
    : shade
}

function slope([from, to]: Pair, alpha: number): Colour[] {
  return Array.from({ length: SHADES }, (_, shade) => {
    const mix = (channel: 0 | 1 | 2) =>
      Math.round(from[channel] + ((to[channel] - from[channel]) * shade) / (SHADES - 1))
    return [mix(0), mix(1), mix(2), alpha] as const
  })
}

/** A strong colour; `hue` in turns, `light` from 0 to 1. */
function colour(hue: number, light: number): Colour {
  const channel = (shift: number) =>
    Math.round(255 * light * (0.6 + 0.4 * Math.cos(2 * Math.PI * (hue + shift))))
  return [channel(0), channel(1 / 3), channel(2 / 3), 255]
}

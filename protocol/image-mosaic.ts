/** A picture of coloured squares: what the image files of this folder are written from. */

export interface Mosaic {
  /** In pixels, 1 to 16,383; the last squares of a row or a column may be cut. */
  readonly width: number
  readonly height: number
  /** Pixels along a square's edge: a multiple of 16. */
  readonly tile: number
  readonly columns: number
  readonly rows: number
  /** Each square's place in the palette, row by row. */
  readonly squares: Uint8Array
  /** 17 to 128 colours. */
  readonly palette: readonly Colour[]
}

/** Each from 0 to 255; alpha 0 is transparent. */
export type Colour = readonly [red: number, green: number, blue: number, alpha: number]

export type ImageFormat = 'png' | 'jpeg' | 'webp'

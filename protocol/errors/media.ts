/** Refusals of images and sound. */
import { ApiError } from './api-error.ts'
import { pythonic } from './schema.ts'

export function wrongLanguage(language: string): ApiError {
  return new ApiError(
    400,
    `Invalid language '${language}'. Language parameter must be specified in ISO-639-1 format.`,
    { param: 'language', code: 'invalid_language_format' },
  )
}

/** By the file's name. */
export function unknownAudioFormat(supported: readonly string[]): ApiError {
  return new ApiError(400, `Unrecognized file format. Supported formats: ${pythonic(supported)}`)
}

/** By what is in the file. */
export function unreadableAudio(): ApiError {
  return new ApiError(400, 'Audio file might be corrupted or unsupported', {
    param: 'file',
    code: 'invalid_value',
  })
}

export function audioTooShort(): ApiError {
  return new ApiError(400, 'Audio file is too short. Minimum audio length is 0.1 seconds.', {
    param: 'file',
    code: 'audio_too_short',
  })
}

export function audioTooLarge(maxBytes: number, bytes: number): ApiError {
  return new ApiError(
    413,
    `Maximum content size limit (${maxBytes}) exceeded (${bytes} bytes read)`,
    { type: 'server_error' },
  )
}

export function incompatibleFormat(
  format: string,
  model: string,
  supported: readonly string[],
): ApiError {
  const names = supported.map(name => `'${name}'`).join(' or ')
  return new ApiError(
    400,
    `response_format '${format}' is not compatible with model '${model}'. Use ${names} instead.`,
    { param: 'response_format', code: 'unsupported_value' },
  )
}

/** `type`: the media type that the form names for the file. */
export function unsupportedImageType(
  param: string,
  type: string,
  supported: readonly string[],
): ApiError {
  const names = supported.map(name => `'${name}'`)
  const list = names.length > 1 ? `${names.slice(0, -1).join(', ')}, and ${names.at(-1)}` : names[0]
  return new ApiError(
    400,
    `Invalid file '${param}': unsupported mimetype ('${type.slice(0, 100)}'). Supported file formats are ${list}.`,
    { param, code: 'unsupported_file_mimetype' },
  )
}

/** Of an image that dall-e-2 is to work on. */
export function notSmallPng(): ApiError {
  return new ApiError(400, 'Uploaded image must be a PNG and less than 4 MB.')
}

/** dall-e-3 makes one image a request. */
export function onlyOneImage(): ApiError {
  return new ApiError(400, 'You must provide n=1 for this model.')
}

export function transparentNotTaken(): ApiError {
  return new ApiError(400, 'Transparent background is not supported for this model.', {
    param: 'background',
    code: 'invalid_value',
  })
}

/** JPEG has no transparency. */
export function opaqueFormat(): ApiError {
  return new ApiError(
    400,
    "Transparent background is not supported for JPEG output format. Use 'png' or 'webp' instead.",
    { param: 'background', code: 'invalid_value' },
  )
}

/** An image size that its model cannot make; `why`: a sentence. */
export function wrongImageSize(size: string, why: string): ApiError {
  return new ApiError(400, `Invalid size '${size.slice(0, 40)}'. ${why}`, {
    param: 'size',
    code: 'invalid_value',
  })
}

/** An image file of the mock that is not kept any longer, or never was. */
export function unknownImageFile(): ApiError {
  return new ApiError(404, 'The specified image does not exist or has expired.')
}

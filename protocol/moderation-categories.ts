/** The categories of harm that moderation tells apart, in the order of the wire. */

export const moderationCategories = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/intent',
  'self-harm/instructions',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] as const

export type ModerationCategory = (typeof moderationCategories)[number]

/** Those for which images are looked at as well. */
export const imageCategories: ReadonlySet<ModerationCategory> = new Set<ModerationCategory>([
  'self-harm',
  'self-harm/intent',
  'self-harm/instructions',
  'sexual',
  'violence',
  'violence/graphic',
])

export type ModerationScores = Readonly<Record<ModerationCategory, number>>

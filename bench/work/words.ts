/**
 * Words that are one token each, in o200k_base and in cl100k_base: those of `openers` at the start of a text, those of
 * `words` with a space before them. So a text of n words is n tokens, whichever they are, and nothing need be counted.
 */

export const openers: readonly string[] = `The When While After Before Every Some Most Many Each
Under Over Near Where Why How What Which Who If Because Although Since Until Once Both Few All
Another This That These Those His Her Our Their Your One Two Three Four Five Six Ten Now Then
Here There Today Please Describe List Write Compare Find Show Tell Give Make Let Consider In On
At By For From With Without Between Through During Across Against Around Above Below Behind
Beyond Inside Outside Along Not Only Even Also Still Just Always Never Often Sometimes First
Second Next Last Finally Later Again Perhaps Maybe`.split(/\s+/)

export const words: readonly string[] = `river mountain engine letter garden signal window market
harbour candle bridge paper winter compass valley lantern archive station copper voyage ledger
painter quarry harvest violin glacier beacon cotton tunnel granite festival anchor basket canyon
desert forest gallery hammer island jacket kettle ladder magnet needle ocean pepper quilt ribbon
saddle timber umbrella vessel wagon yarn changes carries follows answers gathers measures crosses
divides repairs remembers returns explains protects reaches settles signals travels watches
weighs opens closes slowly often rarely early twice together apart quietly quickly after before
beside beneath between beyond during within without because while until where when small large
bright narrow ancient modern hidden common distant gentle heavy hollow patient silver simple
steady sudden table chair water stone house tree road field cloud storm light shadow music story
book page doctor teacher farmer pilot driver singer writer sailor captain student village city
country morning evening night summer spring autumn silent golden little quick brown green yellow
purple writes reads builds sells buys sends brings takes makes finds keeps holds turns
moves`.split(/\s+/)

/** Plain words of harm, and which categories they raise. A model reads between the lines; this does not. */
import type { ModerationCategory } from '../../protocol/moderation-categories.ts'

/** By how much each category is raised, from 0 to 1. */
export type Raised = Partial<Record<ModerationCategory, number>>

/** To be looked for in lower case. */
export interface Sign {
  readonly words: RegExp
  readonly raises: Raised
}

const KIN =
  'wife|husband|boss|neighbou?r|family|mother|father|brother|sister|son|daughter|friend|girlfriend|boyfriend|ex|teacher|children|kids|enem(?:y|ies)'
const PERSON = `(?:you|him|her|them|us|people|everyone|everybody|someone|somebody|those people|(?:my|your|his|her|their) (?:${KIN})|(?:the|a|that) (?:man|woman|child|kid|boy|girl|family|guard|policeman|police officer|teacher|neighbou?r|student|hostage)s?)`
/** Not the children of a program. */
const NO_PROGRAM = '(?! (?:process|task|thread|job|node)(?:es|s)?\\b)'
const GROUP =
  '(?:immigrants?|foreigners?|refugees?|migrants?|jews?|muslims?|christians?|hindus?|gays?|lesbians?|trans people|women|men|black people|white people|asians?|mexicans?|arabs?|disabled people)'
const WEAPON = '(?:bombs?|explosives?|grenades?|guns?|firearms?|molotov cocktails?|nerve gas)'
const DRUG = '(?:meth|methamphetamine|heroin|cocaine|fentanyl|lsd|drugs)'
const MINOR =
  '(?:child(?:ren)?|minors?|underage|teen(?:age)?(?:r|rs)?|schoolgirls?|little (?:girl|boy)s?)'
const EXPLICIT = '(?:sex\\w*|porn\\w*|nudes?|naked|erotic\\w*)'
const I_WILL =
  "(?:i(?: will|'ll| am going to|'m going to|'m gonna| want to| plan to| need to)|we(?: will|'ll))"
const HOW =
  '(?:how (?:to|do i|can i|should i)|(?:best )?ways? to|steps to|instructions (?:for|to)|teach me (?:how )?to|recipe for|help me) (?:\\w+ ){0,3}?'
const SUICIDE =
  '(?:kill(?:ing)? (?:myself|yourself|himself|herself|themselves)|commit(?:ting)? suicide|self[- ]?harm(?:ing)?|cut(?:ting)? (?:myself|my wrists)|hurt(?:ing)? myself|hang(?:ing)? myself|end(?:ing)? my life)'

export const moderationSigns: readonly Sign[] = [
  sign(
    `(?:kill|murder|stab|shoot|strangle|slaughter|torture|behead|massacre|assassinate) ${PERSON}${NO_PROGRAM}`,
    { violence: 0.9 },
  ),
  sign(
    'murder(?:ed|er|s)?|massacred?|tortured?|stabb(?:ed|ing)|slaughter(?:ed)?|beat(?:en)? to death',
    { violence: 0.7 },
  ),
  sign(
    'gore|gory|dismember(?:ed|ing)?|disembowel(?:ed|ing)?|decapitat(?:e|ed|ing|ion)|entrails|mutilat(?:e|ed|ing|ion)|blood (?:everywhere|gush\\w+|spray\\w+)',
    { 'violence/graphic': 0.85, violence: 0.85 },
  ),
  sign(
    `${I_WILL} (?:kill|murder|hurt|stab|shoot|beat|strangle|destroy|find and kill) ${PERSON}${NO_PROGRAM}`,
    { 'harassment/threatening': 0.9, harassment: 0.75, violence: 0.95 },
  ),
  sign(
    "you(?:'re| are) (?:an? |such an? |so )?(?:\\w+ )?(?:idiot|moron|stupid|worthless|pathetic|loser|piece of (?:shit|trash|garbage)|scum|disgusting)|shut up,? (?:you )?(?:idiot|moron|bitch)|nobody (?:likes|loves) you|go to hell",
    { harassment: 0.85 },
  ),
  sign(
    `i (?:really )?(?:hate|despise|detest) (?:all |the |those |these )?${GROUP}|${GROUP} are (?:all )?(?:vermin|subhumans?|animals|parasites|inferior|scum|filth|trash|a plague)`,
    { hate: 0.9, harassment: 0.7 },
  ),
  sign(
    `(?:kill|exterminate|gas|burn|shoot|hang|attack|hurt) (?:all |the |those |these |every ){1,3}${GROUP}`,
    {
      hate: 0.95,
      'hate/threatening': 0.9,
      harassment: 0.75,
      'harassment/threatening': 0.6,
      violence: 0.9,
    },
  ),
  sign(`suicidal|suicide|${SUICIDE}|anorexi[ac]|bulimi[ac]|i want to die`, { 'self-harm': 0.9 }),
  sign(`${I_WILL} (?:${SUICIDE}|die)(?! laughing)`, { 'self-harm/intent': 0.9, 'self-harm': 0.9 }),
  sign(`${HOW}(?:${SUICIDE}|overdose)`, { 'self-harm/instructions': 0.9, 'self-harm': 0.9 }),
  sign(
    'porn(?:o|ography|ographic)?|orgasms?|erotica?|masturbat\\w+|blowjobs?|naked (?:wom[ae]n|m[ae]n|girls?|body)|sex scenes?|ha(?:ve|ving) sex|sexually explicit|horny|xxx',
    { sexual: 0.9 },
  ),
  sign(`${EXPLICIT}\\b.{0,40}\\b${MINOR}|${MINOR}\\b.{0,40}\\b${EXPLICIT}`, {
    'sexual/minors': 0.9,
    sexual: 0.85,
  }),
  sign(
    `${HOW}(?:shoplift|steal|launder money|forge|counterfeit|hack into|break into|rob|smuggle|evade taxes|blackmail|(?:mak(?:e|ing)|cook(?:ing)?|synthesi[sz]e|buy|sell) (?:\\w+ )?${DRUG})`,
    { illicit: 0.9 },
  ),
  sign(`${HOW}(?:mak(?:e|ing)|build(?:ing)?|buy|assemble|3d[- ]print) (?:\\w+ ){0,2}?${WEAPON}`, {
    'illicit/violent': 0.9,
    illicit: 0.9,
    violence: 0.55,
  }),
]

function sign(words: string, raises: Raised): Sign {
  return { words: new RegExp(`\\b(?:${words})\\b`), raises }
}

/** What a word means as far as spelling tells: its stem, how much it says, and what else says the same. */

/** Words that stand in every text and say next to nothing. */
const STOP_WORDS = new Set(
  (
    'a about after all also am an and any are as at be because been before being both but by can could did do ' +
    'does for from get go had has have he her here him his how i if in into is it its just like me more most ' +
    'my no nor not of off on one only or other our out over own she should so some such than that the their ' +
    'them then there these they this those to too under up us very was we were what when where which while ' +
    'who whom why will with would you your yours please'
  ).split(' '),
)

/** Words that mean about the same, one group a line, each by its stem. */
const GROUPS = `
answer reply response respond
ask question query request
baby infant child kid toddler
begin start launch open
big large huge great enormous
bill invoice receipt charge
boat ship vessel ferry
boss manager supervisor
break damag crack destroy
bug defect fault error failur crash broken
build construct creat make assembl
buy bought purchas order acquir
car automobil vehicl auto motor
cat kitten feline
cheap inexpensiv affordabl budget
city town urban
cold chilli freez icy frost
company firm busines corporat enterpris
cook bake roast fry
cost price fee rate
customer client shopper buyer
danger hazard risk peril
delet remov eras discard
delivery shipping shipment dispatch
doctor physician medic
dog puppy canine hound
drink beverage sip
easy simpl straightforward
employe staff worker
end finish stop conclud terminat clos
fast quick rapid swift speedy
film movi cinema
fix repair mend resolv
food meal dish cuisin
forgot forget lost
happy glad joyful cheerful delight
help support assist aid
holiday vacation trip travel journey
home hous apartment residenc
hot warm heat
illness diseas sick ill
job work employment career
jump leap hop
laptop notebook computer pc
law legal statut regulat
learn study educat
login signin logon
money cash fund payment pay refund reimburs repay
month monthly
music song melody tune
password credential passcode
phone telephon mobil smartphone cell
photo picture imag photograph
plane aircraft airplan jet flight
rain rainy shower storm weather
reset recover restor change
road street avenue highway
sad unhappy miserabl gloomy
save stor keep preserv
say tell speak talk
sea ocean
send mail post
sleep nap slumber doze
small littl tiny
smart clever intelligent
stock share equity
teacher instructor tutor professor
train railway rail
tree forest wood
university college campus
war battl conflict
write author compos
year annual yearly
`

const groupOf = new Map<string, number>()
for (const [i, line] of GROUPS.trim().split('\n').entries()) {
  for (const word of line.split(' ')) if (!groupOf.has(word)) groupOf.set(word, i)
}

/** The word without the ending that grammar gives it; `word` in lower case. */
export function stemOf(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word
  const stem = word
    .replace(/(?:sses|xes|ches|shes)$/, ending => ending.slice(0, -2))
    .replace(/ies$/, 'y')
    .replace(/([^su])s$/, '$1')
    .replace(/(?<=...)(?:ingly|ing|edly|ed|ly|ment|er|e)$/, '')
  // Stopp(ed) and stop are one word, call(ed) and call already were.
  return /([^aeiouls])\1$/.test(stem) ? stem.slice(0, -1) : stem
}

/** The group of words with one meaning that `word` or its stem is of; undefined: of none. */
export function meaningOf(word: string, stem: string): number | undefined {
  return groupOf.get(word) ?? groupOf.get(stem) ?? groupOf.get(`${stem}e`)
}

/** How much a word tells about its text, from 0.1 to 1.25; long words are rare ones. */
export function weightOf(word: string): number {
  if (STOP_WORDS.has(word)) return 0.1
  return 0.75 + Math.min(word.length, 10) / 20
}

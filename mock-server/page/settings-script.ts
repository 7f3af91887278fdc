/** The live page's settings: a field for each live option, and what is wrong with it. */
export const settingsScript = `
const groupNames = { pace: 'Pace', limits: 'Limits', capacity: 'Capacity', faults: 'Faults' }
/** Option by name: its row of the configuration, its field, and its value in force as text. */
const fields = new Map()

const textOf = value => (value === null || value === undefined ? '' : Array.isArray(value) ? value.join('\\n') : String(value))

/** Undefined: anything may be written. */
function choicesOf({ shape, allowed, started }) {
  if (shape === 'flag') return ['false', 'true']
  const named = /^choose one of (.+)$/.exec(allowed)?.[1].split(', ')
  return named && started === null ? ['', ...named] : named
}

function fieldOf(name, option) {
  const id = 'option-' + name
  const choices = choicesOf(option)
  const input = choices
    ? make('select', { id }, ...choices.map(choice => make('option', { value: choice }, choice || 'unset')))
    : make(option.shape === 'list' ? 'textarea' : 'input', { id, placeholder: 'unset', autocomplete: 'off', spellcheck: 'false' })
  input.setAttribute('aria-describedby', id + '-help')
  const wrong = make('p', { class: 'wrong', id: id + '-wrong', hidden: true })
  const label = make('label', { for: id }, make('span', {}, name), make('small', {}, choices || option.label === 'N' ? '' : option.label))
  const node = make('div', { class: 'field' }, label, input, wrong,
    make('p', { class: 'help', id: id + '-help' }, option.help))
  input.addEventListener('input', () => {
    setWrong(name, undefined)
    mark()
  })
  return { name, option, input, wrong, node, inForce: '' }
}

function setWrong(name, message) {
  const { input, wrong, node } = fields.get(name)
  wrong.hidden = message === undefined
  wrong.textContent = message ?? ''
  node.classList.toggle('bad', message !== undefined)
  if (message === undefined) input.removeAttribute('aria-invalid')
  else input.setAttribute('aria-invalid', 'true')
  input.setAttribute('aria-describedby', 'option-' + name + (message === undefined ? '-help' : '-wrong'))
}

const changed = () => [...fields.values()].filter(({ input, inForce }) => input.value !== inForce)

function mark() {
  for (const field of fields.values()) field.node.classList.toggle('changed', field.input.value !== field.inForce)
  const count = changed().length
  find('settings').classList.toggle('dirty', count > 0)
  find('apply').disabled = find('undo').disabled = count === 0
  find('apply').textContent = count === 0 ? 'Apply' : 'Apply ' + count + (count === 1 ? ' change' : ' changes')
}

function showSettings({ config, live }) {
  if (fields.size === 0) buildSettings(live)
  for (const field of fields.values()) {
    const isUntouched = field.input.value === field.inForce
    field.inForce = textOf(config[field.name])
    if (isUntouched) field.input.value = field.inForce
  }
  mark()
}

function buildSettings(live) {
  for (const [name, option] of Object.entries(live)) fields.set(name, fieldOf(name, option))
  for (const group of Object.keys(groupNames)) {
    const own = [...fields.values()].filter(({ option }) => option.group === group)
    if (own.length === 0) continue
    find('groups').append(make('details', { class: 'card', open: group === 'pace' || group === 'limits' },
      make('summary', {}, groupNames[group], make('small', {}, own.length + (own.length === 1 ? ' option' : ' options'))),
      make('div', { class: 'fields' }, ...own.map(({ node }) => node))))
  }
}

function tellSettings(text, kind) {
  find('told').textContent = text
  find('told').className = kind
}

/** An empty field is an option that is not given; a list has a line for each. */
function valueOf({ input, option }) {
  const text = input.value.trim()
  if (text === '') return null
  return option.shape === 'list' ? text.split('\\n').map(line => line.trim()).filter(line => line !== '') : text
}

async function applySettings() {
  const given = changed()
  const body = Object.fromEntries(given.map(field => [field.name, valueOf(field)]))
  const { ok, json } = await call('PATCH', 'config', body)
  if (ok) {
    for (const field of given) field.inForce = field.input.value
    showSettings(json)
    tellSettings('Applied: ' + given.map(({ name }) => name).join(', ') + '.', 'good')
    return
  }
  const errors = json?.errors ?? []
  for (const { param, message } of errors) if (fields.has(param)) setWrong(param, message)
  tellSettings(errors.length > 0 ? 'Nothing was changed.' : (json?.error?.message ?? 'The server gave no answer.'), 'bad')
  const first = errors.map(({ param }) => fields.get(param)).find(Boolean)
  if (first) {
    first.node.closest('details').open = true
    first.input.focus()
  }
}

function fillSettings(textFor) {
  for (const field of fields.values()) {
    field.input.value = textFor(field)
    setWrong(field.name, undefined)
  }
  tellSettings('', '')
  mark()
}

find('settings').addEventListener('submit', event => {
  event.preventDefault()
  applySettings()
})
find('undo').addEventListener('click', () => fillSettings(({ inForce }) => inForce))
find('as-started').addEventListener('click', () => fillSettings(({ option }) => textOf(option.started)))
`

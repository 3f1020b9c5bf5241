/* A form in somebody's page, or in its own: conditions, the proof of work, and sending without leaving the page.
 * It is called with what it needs to know of the form, and loads nothing from anywhere else. */
(form => {
  'use strict'
  const script = document.currentScript
  if (!script) return console.error('The form needs a script element of its own: <script src=".../embed.js?domainId=1" defer></script>')
  const address = path => {
    const url = new URL(path, script.src)
    url.search = new URLSearchParams({ domainId: form.domainId })
    return url
  }

  // ---- SHA-256 (FIPS 180-4), for pages without WebCrypto: it is there over https only ----

  const primes = n => { const found = []; for (let i = 2; found.length < n; i++) if (found.every(p => i % p)) found.push(i); return found }
  const fraction = x => ((x - Math.floor(x)) * 0x100000000) >>> 0
  const rounds = primes(64).map(p => fraction(Math.cbrt(p)))
  const initial = primes(8).map(p => fraction(Math.sqrt(p)))
  const words = new Uint32Array(64)
  const turn = (x, n) => (x >>> n) | (x << (32 - n))

  const block = (state, bytes, at) => {
    for (let i = 0; i < 16; i++) words[i] = (bytes[at + 4 * i] << 24) | (bytes[at + 4 * i + 1] << 16) | (bytes[at + 4 * i + 2] << 8) | bytes[at + 4 * i + 3]
    for (let i = 16; i < 64; i++) {
      const a = words[i - 15], b = words[i - 2]
      words[i] = (words[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + words[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10))) | 0
    }
    let [a, b, c, d, e, f, g, h] = state
    for (let i = 0; i < 64; i++) {
      const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + rounds[i] + words[i]) | 0
      const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0
    }
    return [state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e, state[5] + f, state[6] + g, state[7] + h].map(x => x | 0)
  }

  // The first 32 bits of the digest say enough: no form asks for more zeros.
  const firstWord = text => {
    const given = new TextEncoder().encode(text)
    const bytes = new Uint8Array((given.length + 9 + 63) & ~63)
    bytes.set(given)
    bytes[given.length] = 0x80
    new DataView(bytes.buffer).setUint32(bytes.length - 4, given.length * 8)
    let state = initial
    for (let at = 0; at < bytes.length; at += 64) state = block(state, bytes, at)
    return state[0] >>> 0
  }

  // In turns of a few milliseconds: the page stays alive meanwhile.
  const work = async token => {
    for (let n = 0; ; n++) {
      if (Math.clz32(firstWord(`${token}:${n}`)) >= form.workBits) return String(n)
      if (n % 512 === 511) await new Promise(done => setTimeout(done, 0))
    }
  }

  // ---- the form's elements ----

  const isFile = field => field.type === 'asset' || field.type === 'asset-list'

  const live = (element, own) => {
    const tokens = new Map() // of files that were sent, by field
    const controls = form.fields.map((_, i) => element.querySelector(`#wc-${i}`))
    const value = i => {
      const control = controls[i], kind = form.fields[i].type
      if (!control || control.disabled) return undefined
      if (kind === 'checkbox') return control.checked
      if (control.value === '') return undefined
      if (isFile(form.fields[i])) return kind === 'asset' ? tokens.get(i)[0] : tokens.get(i)
      return kind === 'number' ? Number(control.value) : control.value
    }
    const show = () => {
      for (let turns = 0; turns < form.fields.length; turns++) {
        let isSettled = true
        form.fields.forEach((field, i) => {
          if (!field.showIf || !controls[i]) return
          const isShown = value(form.fields.findIndex(f => f.name === field.showIf.field)) === field.showIf.equals
          if (controls[i].disabled !== isShown) return
          isSettled = false
          controls[i].disabled = !isShown
          if (field.type !== 'checkbox') controls[i].required = isShown && field.required
          controls[i].closest('.wc-field').hidden = !isShown
        })
        if (isSettled) return
      }
    }
    // Files go first, one after the other; each is answered with the token that stands for it.
    const send = async file => {
      const body = new FormData()
      body.append('file', file)
      const reply = await fetch(address('files'), { method: 'POST', body })
      const answer = await reply.json().catch(() => ({}))
      if (!reply.ok) throw answer
      return answer.data.fileToken
    }
    const sendFiles = async () => {
      for (const [i, field] of form.fields.entries()) {
        if (!isFile(field) || tokens.has(i) || !controls[i] || controls[i].disabled) continue
        const sent = []
        for (const file of controls[i].files) sent.push(await send(file))
        if (sent.length) tokens.set(i, sent)
      }
      return tokens
    }
    controls.forEach((control, i) => { if (control && isFile(form.fields[i])) control.addEventListener('change', () => tokens.delete(i)) })
    const data = () => {
      const all = {}
      form.fields.forEach((field, i) => { if (value(i) !== undefined) all[field.name] = value(i) })
      const trap = element.querySelector('#wc-trap')
      if (trap && trap.value) all[trap.name] = trap.value
      return all
    }
    const problem = element.querySelector('[role="alert"]'), button = element.querySelector('button')
    const clear = () => {
      element.querySelectorAll('.wc-field .wc-problem').forEach(note => note.remove())
      element.querySelectorAll('[aria-invalid]').forEach(control => control.removeAttribute('aria-invalid'))
      problem.hidden = true
    }
    const tell = (text, name) => {
      clear()
      const i = form.fields.findIndex(field => field.name === name)
      problem.textContent = i < 0 ? text : `${element.querySelector(`label[for="wc-${i}"]`).firstChild.textContent.trim()}: ${text}`
      problem.hidden = false
      if (i < 0) return problem.focus()
      controls[i].setAttribute('aria-invalid', 'true')
      controls[i].focus()
    }
    const busy = isBusy => {
      button.disabled = isBusy
      button.textContent = isBusy ? form.texts.sending : form.texts.send
    }
    element.addEventListener('input', show)
    element.addEventListener('change', show)
    show()
    return { element, data, sendFiles, tell, busy, clear, own }
  }

  // ---- in its own page the browser sends it; there are only the work and the files to be added ----

  const enhance = element => {
    const page = live(element, true)
    if (!form.workBits && !form.fields.some(isFile)) return
    const url = new URL(element.getAttribute('action'), location.href) // element.action may be a field of that name
    const done = form.workBits ? work(url.searchParams.get('startToken')) : null
    element.addEventListener('submit', async event => {
      event.preventDefault()
      page.busy(true)
      try {
        for (const [i, tokens] of await page.sendFiles()) {
          const hidden = Object.assign(document.createElement('input'), { type: 'hidden', name: form.fields[i].name, value: tokens.join(',') })
          element.append(hidden)
        }
      } catch (answer) {
        page.tell(...explain(answer))
        return page.busy(false)
      }
      if (done) url.searchParams.set('work', await done)
      element.setAttribute('action', url)
      HTMLFormElement.prototype.submit.call(element)
    })
  }

  // ---- in somebody else's it is sent from here ----

  const explain = answer => {
    const context = answer.context || {}
    const errors = context.errors || []
    const pointer = context.pointer || (errors[0] ? `/data${errors[0].path}` : '')
    const name = (context.fields || [])[0] || (pointer.startsWith('/data/') ? pointer.slice(6).split('/')[0].replace(/~1/g, '/').replace(/~0/g, '~') : undefined)
    switch (answer.code) {
      case 'FORM_SUBMISSION_REQUIRED_FIELD_MISSING': return [form.texts.missing, name]
      case 'FORM_SUBMISSION_FIELD_INVALID': case 'FORM_SUBMISSION_UNKNOWN_FIELDS': case 'CONTENT_SCHEMA_VALIDATION_FAILED':
        return [errors[0] ? `${form.texts.invalid}: ${errors[0].message}` : form.texts.invalid, name]
      case 'FORM_CLOSED': case 'FORM_DEFINITION_INACTIVE': case 'PUBLIC_FORM_NOT_FOUND': return [form.texts.closed]
      case 'FORM_RATE_LIMITED': case 'RATE_LIMIT_EXCEEDED': return [form.texts.limited]
      case 'PAYMENT_REQUIRED': return [form.texts.paid]
      default: return [form.texts.failed]
    }
  }

  const mount = () => {
    const place = (script.dataset.target && document.querySelector(script.dataset.target)) || document.createElement('div')
    if (!place.isConnected) script.after(place)
    const root = place.shadowRoot || place.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(form.style)
    root.adoptedStyleSheets = [sheet]
    root.append(...new DOMParser().parseFromString(form.html, 'text/html').body.childNodes)
    const page = live(root.querySelector('form'), false)
    const read = async () => {
      const reply = await fetch(address(`../${encodeURIComponent(form.slug)}`), { cache: form.workBits ? 'no-store' : 'default' })
      const token = (await reply.json()).data.startToken
      return { startToken: token, ...(form.workBits ? { work: await work(token) } : {}) }
    }
    const start = read().catch(() => ({}))
    let submissionKey = null
    page.element.addEventListener('submit', async event => {
      event.preventDefault()
      page.clear()
      page.busy(true)
      submissionKey = submissionKey || Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('')
      try {
        await page.sendFiles()
        const reply = await fetch(address('submissions'), { method: 'POST', headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ data: page.data(), submissionKey, ...await start }) })
        const answer = await reply.json().catch(() => ({}))
        if (reply.ok) {
          const done = document.createElement('p')
          done.className = 'wc-done'
          done.setAttribute('role', 'status')
          done.tabIndex = -1
          done.textContent = answer.data.successMessage || form.texts.thanks
          page.element.replaceWith(done)
          done.focus()
          place.dispatchEvent(new CustomEvent('wordclaw:sent', { bubbles: true, composed: true, detail: answer.data }))
          return
        }
        page.tell(...explain(answer))
      } catch (answer) {
        page.tell(...explain(answer))
      }
      page.busy(false)
    })
  }

  const own = document.querySelector('form[data-wordclaw-form]')
  if (own) enhance(own)
  else mount()
})

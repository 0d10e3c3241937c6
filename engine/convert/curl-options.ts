// Which options curl knows, as far as reading a command line needs it: how each is spelt, and whether a word follows.
// Source: curl's manual page.

/** What an option means for the request. `quiet`: nothing that a server could see. `other`: it is told that it is left out. */
export type OptionKind =
  | 'request'
  | 'header'
  | 'data'
  | 'data-raw'
  | 'data-binary'
  | 'data-urlencode'
  | 'url-query'
  | 'json'
  | 'form'
  | 'form-string'
  | 'user'
  | 'bearer'
  | 'cookie'
  | 'agent'
  | 'referer'
  | 'range'
  | 'upload'
  | 'get'
  | 'head'
  | 'compressed'
  | 'max-time'
  | 'url'
  | 'next'
  | 'globoff'
  | 'follow'
  | 'quiet'
  | 'other'

export interface CurlOption {
  readonly name: string
  readonly kind: OptionKind
  readonly hasValue: boolean
}

/** `long short kind value?`: a short of `-` stands for none. */
const TABLE = `
request X request 1
header H header 1
data d data 1
data-ascii - data 1
data-raw - data-raw 1
data-binary - data-binary 1
data-urlencode - data-urlencode 1
url-query - url-query 1
json - json 1
form F form 1
form-string - form-string 1
user u user 1
oauth2-bearer - bearer 1
cookie b cookie 1
user-agent A agent 1
referer e referer 1
range r range 1
upload-file T upload 1
get G get
head I head
compressed - compressed
max-time m max-time 1
url - url 1
next : next
globoff g globoff
location L follow
location-trusted - follow
insecure k quiet
silent s quiet
show-error S quiet
verbose v quiet
include i quiet
fail f quiet
fail-with-body - quiet
no-buffer N quiet
no-progress-meter - quiet
progress-bar # quiet
path-as-is - quiet
basic - quiet
http1.1 - quiet
ipv4 4 quiet
ipv6 6 quiet
disable q quiet
no-keepalive - quiet
tcp-nodelay - quiet
parallel Z quiet
output o quiet 1
remote-name O quiet
remote-name-all - quiet
remote-header-name J quiet
write-out w quiet 1
dump-header D quiet 1
connect-timeout - quiet 1
stderr - quiet 1
trace - quiet 1
trace-ascii - quiet 1
cacert - quiet 1
capath - quiet 1
max-redirs - quiet 1
http0.9 - other
http1.0 0 other
http2 - other
http2-prior-knowledge - other
http3 - other
digest - other
ntlm - other
negotiate - other
anyauth - other
cookie-jar c other 1
cert E other 1
key - other 1
proxy x other 1
proxy-user U other 1
noproxy - other 1
resolve - other 1
connect-to - other 1
interface - other 1
limit-rate - other 1
retry - other 1
retry-delay - other 1
speed-limit Y other 1
speed-time y other 1
time-cond z other 1
continue-at C other 1
config K other 1
request-target - other 1
unix-socket - other 1
aws-sigv4 - other 1
post301 - other
post302 - other
post303 - other
proto - other 1
proto-default - other 1
`

const OPTIONS: readonly (CurlOption & { readonly short: string })[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [name = '', short = '', kind = 'other', value] = line.split(' ')
    return { name, short, kind: kind as OptionKind, hasValue: value !== undefined }
  })

const BY_LONG = new Map(OPTIONS.map((option) => [option.name, option]))
const BY_SHORT = new Map(OPTIONS.filter(({ short }) => short !== '-').map((option) => [option.short, option]))

/** One word of curl's, read: an option with its value, or something that is none. */
export type CurlWord =
  | { readonly kind: 'option'; readonly option: CurlOption; readonly value: string; readonly written: string }
  | { readonly kind: 'unknown'; readonly written: string }
  | { readonly kind: 'missing'; readonly written: string }
  | { readonly kind: 'plain'; readonly text: string }

/** Reads curl's arguments: `-sXPOST` is `-s -X POST`, and the value of `-X` may be the next word. */
export function readArguments(words: readonly string[]): CurlWord[] {
  const found: CurlWord[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word.startsWith('--') && word.length > 2) {
      // curl takes `--no-` before any switch.
      const option = BY_LONG.get(word.slice(2)) ?? (word.startsWith('--no-') ? NOTHING : undefined)
      if (!option) found.push({ kind: 'unknown', written: word })
      else if (!option.hasValue) found.push({ kind: 'option', option, value: '', written: word })
      else if (at + 1 < words.length) found.push({ kind: 'option', option, value: words[++at] ?? '', written: word })
      else found.push({ kind: 'missing', written: word })
    } else if (word.startsWith('-') && word.length > 1 && word !== '--') {
      for (let letter = 1; letter < word.length; letter++) {
        const written = `-${word[letter]}`
        const option = BY_SHORT.get(word[letter] ?? '')
        if (!option) {
          // What follows may be its value: the rest of the word is left to it.
          found.push({ kind: 'unknown', written: `-${word.slice(letter)}` })
          break
        }
        if (!option.hasValue) {
          found.push({ kind: 'option', option, value: '', written })
          continue
        }
        const rest = word.slice(letter + 1)
        if (rest !== '') found.push({ kind: 'option', option, value: rest, written })
        else if (at + 1 < words.length) found.push({ kind: 'option', option, value: words[++at] ?? '', written })
        else found.push({ kind: 'missing', written })
        break
      }
    } else if (word !== '--') found.push({ kind: 'plain', text: word })
  }
  return found
}

const NOTHING: CurlOption = { name: 'no-', kind: 'quiet', hasValue: false }

import { expect, test } from 'vitest'
import { isPretend, pretendUrl, readOwnPath } from './pretend-url'

const PAGE = { origin: 'https://peel.example', scope: '/lab/', door: 'd1' }
const OWN = 'https://peel.example/lab/srv/~d1/'

test.for<[line: string, url: string, method: string, body?: string]>([
  ['GET https://api.shop.test/a?x=1', 'https://api.shop.test/a?x=1', 'GET'],
  ['GET https://api.shop.test:8443/', 'https://api.shop.test:8443/', 'GET'],
  ['GET http://localhost:8000/a', 'http://localhost:8000/a', 'GET'],
  ['patch http://127.0.0.1:8000/a', 'http://127.0.0.1:8000/a', 'patch'],
  ['PURGE http://localhost:8000/a', 'http://localhost:8000/a', 'PURGE', 'x'],
  // A fetch with a user in its URL is a TypeError.
  ['GET http://me:secret@localhost:8000/a', 'http://localhost:8000/a', 'GET'],
  // Mixed content, a port that browsers block, other ports, names that may exist.
  ['GET http://api.shop.test/a', `${OWN}api.shop.test/a`, 'GET'],
  ['GET https://api.shop.test:6000/a', `${OWN}api.shop.test:6000/a`, 'GET'],
  ['GET http://localhost:9000/a', `${OWN}localhost:9000/a`, 'GET'],
  ['GET https://example.com/a?x=1', `${OWN}example.com/a?x=1`, 'GET'],
  ['GET https://test/a', `${OWN}test/a`, 'GET'],
  ['GET http://[::1]:8000/a', `${OWN}[::1]:8000/a`, 'GET'],
  // The Fetch standard's forbidden methods, no method at all, a body where none may be.
  ['TRACE http://localhost:8000/a', `${OWN}localhost:8000/a`, 'GET'],
  ['connect http://localhost:8000/a', `${OWN}localhost:8000/a`, 'POST', 'x'],
  ['G(ET http://localhost:8000/a', `${OWN}localhost:8000/a`, 'GET'],
  ['GET http://localhost:8000/a', `${OWN}localhost:8000/a`, 'POST', 'x'],
  ['head http://localhost:8000/a', `${OWN}localhost:8000/a`, 'POST', 'x'],
  ['DELETE nonsense', OWN, 'DELETE'],
])('pretendUrl() lets %s be fetched as %s with %s', ([line, url, method, text = '']) => {
  const [name = '', where = ''] = line.split(' ')
  const request = { method: name, url: where, body: { text, encoding: 'utf8' } } as const
  expect(pretendUrl(request, PAGE)).toEqual({ url, method })
})

test('pretendUrl() keeps away from the page itself, where it is served from the pretend server’s address', () => {
  const request = { method: 'GET', url: 'http://localhost:8000/a', body: { text: '', encoding: 'utf8' } } as const
  const page = { origin: 'http://localhost:8000', scope: '/', door: 'd1' }
  expect(pretendUrl(request, page).url).toBe('http://localhost:8000/srv/~d1/localhost:8000/a')
})

test.for<[url: string, is: boolean]>([
  ['https://api.shop.test/', true],
  ['https://api.shop.test:8443/', true],
  ['http://localhost:8000/', true],
  ['http://127.0.0.1:8000/docs', true],
  ['http://api.shop.test/', false],
  ['http://localhost:8001/', false],
  ['https://localhost:8000/', false],
  ['https://api.shop.test.example/', false],
  ['https://test/', false],
])('isPretend() of %s is %s', ([url, is]) => {
  expect(isPretend(new URL(url))).toBe(is)
})

test.for<[path: string, expected: object | null]>([
  ['srv/~d1/api.shop.test/a?x=1', { door: 'd1', url: 'https://api.shop.test/a?x=1' }],
  ['srv/~d1/api.shop.test:8443', { door: 'd1', url: 'https://api.shop.test:8443/' }],
  ['srv/~d1/localhost:8000/docs', { door: 'd1', url: 'http://localhost:8000/docs' }],
  ['srv/api.shop.test/a', { door: null, url: 'https://api.shop.test/a' }],
  ['srv/~d1/', { door: 'd1', url: null }],
  ['srv/~d1', { door: 'd1', url: null }],
  ['srv/', { door: null, url: null }],
  ['srv/~d1/a b/', { door: 'd1', url: null }],
  ['srv/api.shop.test/~d1/a', { door: null, url: 'https://api.shop.test/~d1/a' }],
  ['index.html', null],
  ['lab/srv/x.test/', null],
])('readOwnPath() of %s is %j', ([path, expected]) => {
  expect(readOwnPath(new URL(path, 'https://peel.example/lab/'), PAGE)).toEqual(expected)
})

test('readOwnPath() knows no other origin and no path beside the scope', () => {
  expect(readOwnPath(new URL('https://other.example/lab/srv/x.test/'), PAGE)).toBeNull()
  expect(readOwnPath(new URL('https://peel.example/srv/x.test/'), PAGE)).toBeNull()
})

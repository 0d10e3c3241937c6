import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PACKAGES, PYTEST, requirements } from './packages'

const VERSIONS = { fastapi: '0.165.0', starlette: '1.10.0', pydantic: '2.14.3', uvicorn: '0.54.0', python: '3.14.2' }
const CORE = [
  'fastapi==0.165.0',
  'httpx==0.28.1',
  'pydantic==2.14.3',
  'pytest==9.2.0',
  'starlette==1.10.0',
  'uvicorn==0.54.0',
]

test('packages have the versions that the page runs', () => {
  const pinned = readFileSync(join(import.meta.dirname, '..', 'assets', 'requirements.txt'), 'utf8')
  for (const [name, version] of [...Object.values(PACKAGES), ['pytest', PYTEST]])
    expect(pinned.split('\n')).toContain(`${name}==${version}`)
})

test.for([
  ['nothing more for FastAPI alone', 'from fastapi import FastAPI', []],
  [
    'what is imported, wherever it stands',
    'import os, jwt\ndef f():\n    from structlog import get_logger',
    ['pyjwt==2.15.1', 'structlog==26.1.0'],
  ],
  ['a fake Redis for the tests', 'import redis.asyncio as redis', ['fakeredis==2.40.0', 'redis==8.1.0']],
  [
    'what Starlette asks for by itself',
    'from starlette.middleware.sessions import SessionMiddleware',
    ['itsdangerous==2.2.0'],
  ],
  ['what FastAPI asks for by itself', 'from fastapi import UploadFile', ['python-multipart==0.0.34']],
] as const)('requirements() lists %s', ([, source, more]) => {
  expect(requirements({ 'main.py': source, 'notes.txt': 'import requests' }, VERSIONS)).toEqual(
    [...CORE, ...more].sort(),
  )
})

test('requirements() takes what an older pair needs in another version', () => {
  const old = { ...VERSIONS, fastapi: '0.107.0', starlette: '0.28.0' }
  expect(requirements({ 'main.py': '' }, old)).toEqual(expect.arrayContaining(['httpx==0.27.2', 'anyio==3.7.1']))
})

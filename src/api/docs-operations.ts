import { z } from 'zod'
import { operation } from './operation.ts'

export const openapi = operation({
  method: 'get',
  path: '/api/openapi.json',
  tag: 'Operation',
  summary: 'This description, as OpenAPI 3.1',
  answer: { type: 'application/json', schema: z.looseObject({ openapi: z.literal('3.1.0') }) },
})

export const docsList = operation({
  method: 'get',
  path: '/api/docs',
  tag: 'Operation',
  summary: 'This description, as pages for people',
  query: z.object({ q: z.string().meta({ description: 'Words to look for.' }).optional() }),
  answer: { type: 'text/html', doc: 'A page.' },
})

export const docsPage = operation({
  method: 'get',
  path: '/api/docs/:operation',
  tag: 'Operation',
  summary: 'One operation, as a page for people',
  params: z.object({ operation: z.string().meta({ description: 'Its operationId.' }) }),
  answer: { type: 'text/html', doc: 'A page.' },
})

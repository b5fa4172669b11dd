/** The JSON Schema that fits the answers of a command: what is always there, and of which kind. */

export interface AnswerSchema {
  readonly type?: readonly string[]
  readonly properties?: Readonly<Record<string, AnswerSchema>>
  readonly required?: readonly string[]
  readonly items?: AnswerSchema
  readonly additionalProperties?: AnswerSchema
}

type Plain = Readonly<Record<string, unknown>>

/** Members that are names of things, such as DIDs, and not of fields. */
const FIELD = /^[a-zA-Z][a-zA-Z0-9_]*$/

export function schemaOf(samples: readonly unknown[]): AnswerSchema {
  const objects = samples.filter(isPlain)
  const lists = samples.filter((one) => Array.isArray(one))
  const elements = lists.flat() as readonly unknown[]
  return {
    ...(samples.length === 0 ? {} : { type: [...new Set(samples.map(typeOf))].sort() }),
    ...(objects.length === 0 ? {} : objectSchema(objects)),
    ...(elements.length === 0 ? {} : { items: schemaOf(elements) }),
  }
}

function objectSchema(objects: readonly Plain[]): AnswerSchema {
  const names = [...new Set(objects.flatMap((one) => Object.keys(one)))].sort()
  if (names.some((name) => !FIELD.test(name))) {
    return { additionalProperties: schemaOf(objects.flatMap((one) => Object.values(one))) }
  }
  const samplesOf = (name: string) =>
    objects.filter((one) => Object.hasOwn(one, name)).map((one) => one[name])
  return {
    properties: Object.fromEntries(names.map((name) => [name, schemaOf(samplesOf(name))])),
    required: names.filter((name) => objects.every((one) => Object.hasOwn(one, name))),
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

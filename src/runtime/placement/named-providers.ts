/** The services that DApps may call by name, as a user or a project names who provides them. */
import path from 'node:path'
import type { RuntimeWorld } from '../world.ts'
import type { Placement, PlacementEvent, Provider } from './provider.ts'
import { placementOf, programProvider, rpcProvider } from './rpc-provider.ts'

export interface ServiceSetting {
  /** Where it is answered, by JSON-RPC 2.0 over HTTP. */
  readonly urls: readonly string[]
  /** Program and arguments that answer at the first URL of this machine, started at first use. */
  readonly start: readonly string[]
}

const ORDER: readonly Placement[] = ['local', 'near', 'distant']

/** @param folder where the programs are started, full path */
export function servicesOf(
  settings: Readonly<Record<string, ServiceSetting>>,
  folder: string,
  onLine: (line: string) => void,
): NonNullable<RuntimeWorld['services']> {
  const entries = Object.entries(settings).map(([name, setting]) => [
    name,
    providersOf(name, setting, folder, (line) => onLine(`${name}: ${line}`)),
  ])
  return Object.fromEntries(entries)
}

/** Nearest first; of equally near ones as they are written. */
function providersOf(
  service: string,
  { urls, start }: ServiceSetting,
  folder: string,
  onLine: (line: string) => void,
): readonly Provider[] {
  const own = start.length === 0 ? undefined : urls.find((url) => placementOf(url) === 'local')
  const [file = '', ...args] = start
  return urls
    .map((url) =>
      url === own
        ? programProvider({ name: service, file, args, cwd: path.resolve(folder), url }, onLine)
        : rpcProvider({ name: new URL(url).host, url }),
    )
    .sort((a, b) => ORDER.indexOf(a.placement) - ORDER.indexOf(b.placement))
}

/** For people: who answers, and why nobody nearer does. */
export function placementText({
  service,
  provider,
  placement,
  passedOver,
}: PlacementEvent): string {
  const why = passedOver.map((one) => ` ${one.provider} was passed over: ${one.why}`).join('')
  return `\`${service}\` is answered by ${provider} (${placement}).${why}`
}

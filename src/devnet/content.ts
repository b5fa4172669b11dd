/** The content store of a devnet: what is published to it can be fetched by whoever is on it. */
import path from 'node:path'
import type { ContentServer } from '../bundle/content/server.ts'

/** @param stateFolder `.ela` of the project; a reset of the chains takes the content with it */
export async function openContent(stateFolder: string): Promise<ContentServer> {
  const [{ LocalStore }, { serveContent }] = await Promise.all([
    import('../bundle/content/local-store.ts'),
    import('../bundle/content/server.ts'),
  ])
  const store = new LocalStore(path.join(stateFolder, 'state', 'content'))
  return serveContent({ store, port: 0 })
}

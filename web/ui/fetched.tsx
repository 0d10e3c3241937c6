// Parts of the page that are fetched when they are first shown: what stands there meanwhile, and when they could not be
// fetched (no connection; a newer version of the site, in which the file has another name). Nothing else breaks with them.
import { createContext, lazy, Suspense, useContext, useState, type ComponentType } from 'react'
import { Button } from './Button'

export interface FetchedOptions<P> {
  readonly load: () => Promise<ComponentType<P>>
  /** What stands there meanwhile. */
  readonly wait: string
  /** Names the part in a sentence, such as `This view`. */
  readonly what: string
}

/** Tries once more to fetch the part. */
const Again = createContext<() => void>(() => undefined)

/** Makes a component of one that is fetched when it is first drawn. */
export function fetched<P extends object>({ load, wait, what }: FetchedOptions<P>): ComponentType<P> {
  const make = () => lazy(async () => ({ default: await load().catch(() => () => <Refusal what={what} />) }))
  // One for all places where it is drawn, made anew when it could not be fetched.
  let View: ComponentType<P> = make()
  return function Fetched(props: P) {
    const [, setTurn] = useState(0)
    const again = () => {
      askForStyles()
      View = make()
      setTurn((turn) => turn + 1)
    }
    return (
      <Again value={again}>
        <Suspense fallback={<p className="app__wait">{wait}</p>}>
          <View {...props} />
        </Suspense>
      </Again>
    )
  }
}

function Refusal({ what }: { readonly what: string }) {
  const again = useContext(Again)
  return (
    <div className="app__wait" role="alert">
      <p>
        <b>{what} could not be fetched.</b> Check the connection, then try again. If that does not help, there is a
        newer version of the page: reload it. What you typed is kept.
      </p>
      <Button onPress={again}>Try again</Button>
    </div>
  )
}

/** Vite asks for the styles of a part only once, also when they did not come. */
function askForStyles(): void {
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]'))
    if (!link.sheet) link.replaceWith(link.cloneNode())
}

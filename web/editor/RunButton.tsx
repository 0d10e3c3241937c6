// The button "Run": starts a fresh session with all requests; while one is under way it can be pressed anew.
import { useApp } from '../store'
import { Button, Icon } from '../ui'

const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

export function RunButton({ hasKeys = true }: { readonly hasKeys?: boolean }) {
  const run = useApp((s) => s.run)
  return (
    <Button look="primary" aria-keyshortcuts="Control+Enter Meta+Enter" onPress={() => void run()}>
      <Icon name="run" size={15} />
      <span>Run</span>
      {hasKeys && <kbd aria-hidden="true">{isMac ? '⌘ ↵' : 'Ctrl ↵'}</kbd>}
    </Button>
  )
}

// Door of the room of shared shapes.
export { Button } from './Button'
export { fetched } from './fetched'
export { TabRow } from './TabRow'
export { Ticked } from './Ticked'
export { Icon, Mark, type IconName } from './Icon'
export { useBox } from './use-box'

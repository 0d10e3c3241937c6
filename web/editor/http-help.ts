// Help for `.http` files while they are typed: what a setting means, and what could stand at the caret. Pure.
import { SETTING_HELP } from '../../engine/requests'

/** What could be put in place of the text from `from` to the caret (0-based columns of one line). */
export interface Offer {
  readonly from: number
  readonly items: readonly { readonly text: string; readonly detail: string }[]
}

const SETTING = /^\s*(?:#|\/\/)\s*@([\w-]*)/

/** What the setting of a line means, in Markdown; null for a line without one. */
export function settingHelp(line: string): string | null {
  const [, key = ''] = SETTING.exec(line) ?? []
  const help = Object.hasOwn(SETTING_HELP, key) ? SETTING_HELP[key as keyof typeof SETTING_HELP] : null
  if (!help) return null
  const values = help.values.length > 0 ? `\n\n${help.values.map((value) => `\`${value}\``).join(' · ')}` : ''
  return `**@${key}** ${help.text}${values}`
}

/** What could stand at the end of `before`, the line up to the caret; null where nothing is known. */
export function offer(before: string): Offer | null {
  const match = SETTING.exec(before)
  if (!match) return null
  const [head, key = ''] = match
  if (head.length === before.length) {
    const items = Object.entries(SETTING_HELP).map(([text, help]) => ({ text, detail: help.text.replaceAll('`', '') }))
    return { from: before.length - key.length, items }
  }
  if (!Object.hasOwn(SETTING_HELP, key)) return null
  const value = before.slice(head.length).trimStart()
  const { values } = SETTING_HELP[key as keyof typeof SETTING_HELP]
  return values.length === 0
    ? null
    : { from: before.length - value.length, items: values.map((text) => ({ text, detail: '' })) }
}

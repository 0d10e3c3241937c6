// Where the lesson is read. What stands in it is the lesson room's.
import { useApp } from '../store'
import { Button } from '../ui'

export function LessonSlot() {
  const place = useApp((s) => s.place)
  const catalog = useApp((s) => s.catalog)
  const openPlace = useApp((s) => s.openPlace)
  return (
    <div className="lesson-slot">
      <h1>{place.title}</h1>
      {catalog.map(({ id, title }) => (
        <Button key={id} look="quiet" onPress={() => void openPlace(id)}>
          {title}
        </Button>
      ))}
    </div>
  )
}

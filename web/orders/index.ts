// Door of the room that shows what every order of the layers would do.
export { OrdersPane } from './OrdersPane'

export interface Result {
  name: string
  value: number
  target: number
  floor: number
  better: 'more' | 'less'
  note?: string
}

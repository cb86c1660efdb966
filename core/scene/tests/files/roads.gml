graph [
  node [
    id 0
    label "Gulf"
    weight 4.0
  ]
  node [
    id 1
    label "Bengal"
    weight 6.0
  ]
  node [
    id 2
    label "South"
    weight 5.0
  ]
  node [
    id 3
    label "Quito"
    weight 5.0
  ]
  edge [
    source 0
    target 1
    weight 1.5
    kind "sea"
    since 1902
  ]
  edge [
    source 0
    target 2
    weight 0.25
    kind "sea"
    since 1956
  ]
  edge [
    source 0
    target 3
    weight 12.0
    kind "air, by night"
    since 1931
  ]
  edge [
    source 1
    target 2
    weight -2.0
    kind "land"
  ]
]

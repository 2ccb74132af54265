package record

import (
	"encoding/json"
	"fmt"
	"image"
	"slices"
)

// Kind is what an area of a picture shows. The set is closed.
type Kind string

// The kinds. Those that bear the name of a field show that field of the form.
const (
	KindEmail       Kind = "email"
	KindExplanation Kind = "explanation"
	KindCountry     Kind = "country"
	KindName        Kind = "name"  // of the account, or another name of the person's
	KindPhone       Kind = "phone" // a telephone number
	KindImage       Kind = "image" // a photograph, or another picture inside the page
	KindField       Kind = "field" // any other field
)

// Kinds lists them, in the order in which people are told of them.
func Kinds() []Kind {
	return []Kind{KindEmail, KindName, KindExplanation, KindCountry, KindPhone, KindImage, KindField}
}

// Area is a part of a picture that a copy for others may leave out, in pixels of
// the picture, counted from its upper left corner.
type Area struct {
	Kind Kind `json:"kind"`
	X    int  `json:"x"`
	Y    int  `json:"y"`
	W    int  `json:"w"`
	H    int  `json:"h"`
}

// Rect is the area as a rectangle.
func (a Area) Rect() image.Rectangle { return image.Rect(a.X, a.Y, a.X+a.W, a.Y+a.H) }

// checkAreas refuses areas that are no part of a picture of this size: what is
// left out later would be something else.
func checkAreas(areas []Area, width, height int) error {
	for _, a := range areas {
		if !slices.Contains(Kinds(), a.Kind) {
			return fmt.Errorf("area %q: no such kind", a.Kind)
		}
		if a.W <= 0 || a.H <= 0 || !a.Rect().In(image.Rect(0, 0, width, height)) {
			return fmt.Errorf("area %q: not inside the picture", a.Kind)
		}
	}
	return nil
}

// areas is a field that holds areas. It is nil where nobody looked for them, or
// where they cannot be read.
func (l Line) areas() []Area {
	b, err := json.Marshal(l.Fields["areas"])
	if err != nil {
		return nil
	}
	var areas []Area
	if json.Unmarshal(b, &areas) != nil {
		return nil
	}
	return areas
}

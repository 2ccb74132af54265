package chrome

import "context"

// Outline is what of a page may be given to others: its structure, the words of
// what one presses, fills or reads as a heading, and the plan's own words. It holds
// no other text, no value of a field, and no address that is not everybody's.
type Outline struct {
	HTML     string `json:"html"`     // what stands in the body
	Address  string `json:"address"`  // of the page, or one at which the same rules of the plan hold
	Language string `json:"language"` // as the page says
}

// Discretion says what an outline must not tell.
type Discretion struct {
	Signs  []string // targets that tell whose account it is
	Says   []string // words that name the person
	Open   string   // an expression that paths fit which lead everybody to the same page
	Strict bool     // no words but the plan's, whatever says them
	Links  bool     // with Strict: and those of links that lead everybody to the same page
}

// Outline reads the page in the current tab. It changes nothing there.
func (b *Browser) Outline(ctx context.Context, plan *Plan, d Discretion) (Outline, error) {
	s, err := b.current(ctx)
	if err != nil {
		return Outline{}, err
	}
	return ask[Outline](ctx, s, "outline", plan, map[string]any{"signs": append([]string{}, d.Signs...), "says": append([]string{}, d.Says...), "open": d.Open, "strict": d.Strict, "links": d.Links})
}

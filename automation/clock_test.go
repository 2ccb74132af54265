package automation

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOnlyTheRunningClockCounts: every deadline of a run is measured with the
// clock that nobody can set, which Go carries in each time.Now. What would strip
// it is not called where times are compared.
func TestOnlyTheRunningClockCounts(t *testing.T) {
	strips := []string{"UTC", "Local", "Truncate", "Unix", "UnixMilli", "UnixNano", "UnixMicro", "AddDate"}
	looked := 0
	for _, dir := range []string{".", "internal/chrome", "../internal/guard"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			set := token.NewFileSet()
			parsed, err := parser.ParseFile(set, file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			looked++
			ast.Inspect(parsed, func(n ast.Node) bool {
				call, ok := n.(*ast.SelectorExpr)
				if !ok || !slices.Contains(strips, call.Sel.Name) {
					return true
				}
				t.Errorf("%s: %s takes the running clock out of a time", set.Position(n.Pos()), call.Sel.Name)
				return true
			})
		}
	}
	if looked < 20 {
		t.Errorf("only %d files were read", looked)
	}
}

// RecipeLanguage

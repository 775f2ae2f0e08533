//! `drydock recipe`.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};

use crate::recipe::{ArchPlan, Recipe, schema};

use super::{
    Context, Failure,
    args::{RecipeChoice, RepositoryArgs},
    output::json,
};

/// Recipes: print the built-in one, the effective one, the schema.
#[derive(Debug, Args)]
pub(super) struct RecipeArgs {
    #[command(subcommand)]
    action: RecipeAction,
}

#[derive(Debug, Subcommand)]
enum RecipeAction {
    /// Print a recipe as written, or with everything filled in
    Show(Box<ShowArgs>),
    /// Print the JSON Schema of recipes
    Schema,
}

#[derive(Debug, Args)]
struct ShowArgs {
    #[command(flatten)]
    recipe: RecipeChoice,
    /// With variables, flags and defaults applied, per architecture (as TOML; JSON with --format json)
    #[arg(long)]
    effective: bool,
    #[command(flatten)]
    repositories: RepositoryArgs,
}

pub(super) fn run(args: RecipeArgs, context: &Context<'_>) -> Result<(), Failure> {
    match args.action {
        RecipeAction::Schema => context.output.write(&json(&schema()))?,
        RecipeAction::Show(args) => {
            let options = args.recipe.options(&args.repositories, &[])?;
            if !args.effective {
                context.output.write(options.recipe.text())?;
                return Ok(());
            }
            let plans: BTreeMap<String, ArchPlan> =
                options.recipe.plan(&options.overrides)?.into_iter().map(|p| (p.arch.to_string(), p)).collect();
            context.output.result(&plans, || effective(&options.recipe, &plans))?;
        }
    }
    Ok(())
}

fn effective(recipe: &Recipe, plans: &BTreeMap<String, ArchPlan>) -> String {
    let text = toml::to_string(plans).expect("plans are tables of strings, numbers and lists");
    format!("# {} for {}\n{text}", recipe.name(), plans.keys().cloned().collect::<Vec<_>>().join(", "))
}
